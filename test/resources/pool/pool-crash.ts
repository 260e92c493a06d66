import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import type { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { afterLease, fleetScenario, settle } from "../../chaos/fleet-crash.ts";
import { accountLines } from "../../harness/account.ts";
import type { CrashScenario } from "../../harness/crash.ts";
import { FleetWorld, sampleFile, stateBucket } from "../../harness/fleet-world.ts";
import { group, runners } from "./pool-world.ts";

const withPool = async () =>
  (await sampleFile("cloud")).replace("\n  garbageCollection:", `${runners}\n  garbageCollection:`);
const instances = 2;

/** The runner wants some, and they run. */
async function inUse(world: FleetWorld): Promise<void> {
  const scaling = new AutoScaling(world.settings());
  await scaling.setDesiredCapacity({ AutoScalingGroupName: group, DesiredCapacity: instances });
  await world.clock.sleep(60_000);
}

/** A fleet without a pool gets one. */
export function pooling(): CrashScenario<FleetWorld> {
  const scenario = fleetScenario(async (world) => {
    await world.push(await world.reconciler(), "acme", await withPool(), 2);
  });
  return scenario;
}

/** Somebody puts user data into the template, and opens the group, while jobs run. */
export function healingPool(): CrashScenario<FleetWorld> {
  return fleetScenario(async (world) => {
    await inUse(world);
    const ec2 = new EC2(world.settings());
    const LaunchTemplateName = group;
    const LaunchTemplateData = { UserData: "IyEK" };
    await ec2.createLaunchTemplateVersion({ LaunchTemplateName, SourceVersion: "1", LaunchTemplateData });
    await ec2.modifyLaunchTemplate({ LaunchTemplateName, DefaultVersion: "2" });
    const scaling = new AutoScaling(world.settings());
    const AutoScalingGroupName = group;
    await scaling.updateAutoScalingGroup({
      AutoScalingGroupName,
      MaxSize: 50,
      NewInstancesProtectedFromScaleIn: false,
    });
    await scaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ["Launch"] });
    await scaling.resumeProcesses({ AutoScalingGroupName, ScalingProcesses: ["AZRebalance"] });
    const tag = { ResourceId: group, ResourceType: "auto-scaling-group" };
    await scaling.deleteTags({ Tags: [{ ...tag, Key: "Name" }] });
  }, withPool);
}

/** The pool leaves the file while instances run, and a person approves. */
export function removingPool(): CrashScenario<FleetWorld> {
  const approving = async (world: FleetWorld, handler?: SandboxHandler) => {
    const reconciler = await world.reconciler(handler);
    const { held } = await world.run(await world.reconciler(), "acme");
    const approve = held.filter(({ hold }) => hold.reason === "ApprovalNeeded").map(({ id }) => id);
    return world.run(reconciler, "acme", { approve, by: "jo" });
  };
  return {
    async make() {
      const world = await FleetWorld.open();
      const reconciler = await world.reconciler();
      await world.push(reconciler, "acme", await withPool(), 1);
      await settle(world, "acme");
      await inUse(world);
      await world.push(reconciler, "acme", await sampleFile("cloud"), 2);
      return world;
    },
    run: approving,
    async recover(world, handler) {
      await world.clock.sleep(afterLease);
      for (let runs = 0; runs < 4; runs += 1) {
        const { end } = await approving(world, handler);
        await world.clock.sleep(afterLease);
        // Terminated instances are forgotten after an hour, whenever they ended.
        if (end === "Ready") {
          await world.clock.sleep(2 * 3_600_000);
          await new EC2(world.settings()).describeInstances({});
          return;
        }
      }
      throw new Error("not Ready after four approving runs");
    },
    end: (world) =>
      accountLines(world.sandbox, stateBucket).filter((line) => !/\.(?:activities|spotRequests)\./.test(line)),
  };
}
