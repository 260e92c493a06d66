import type { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { accountLines } from "../harness/account.ts";
import type { CrashScenario } from "../harness/crash.ts";
import { FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { afterLease, settle } from "./fleet-crash.ts";
import { type FleetShape, fileOf, fleetName, plainShape } from "./fleet-shape.ts";

const first: FleetShape = { ...plainShape, cache: { ...plainShape.cache, kms: true } };
const moved: FleetShape = {
  ...first,
  hostRole: "acme-keeper",
  machineRole: "acme-worker",
  vpc: "vpc-0d3fa017000000000",
  cache: { ...first.cache, bucket: "acme-cache-2" },
};

/** A fleet whose everything has other names, another network and another bucket: the old things go, as a person approves. */
export function deletingScenario(): CrashScenario<FleetWorld> {
  const approving = async (world: FleetWorld, handler?: SandboxHandler) => {
    const reconciler = await world.reconciler(handler);
    const record = await world.run(await world.reconciler(), fleetName);
    const approve = record.held.filter(({ hold }) => hold.reason === "ApprovalNeeded").map(({ id }) => id);
    return await world.run(reconciler, fleetName, { approve, by: "jo" });
  };
  return {
    async make() {
      const world = await FleetWorld.open();
      const reconciler = await world.reconciler();
      await world.push(reconciler, fleetName, fileOf(first), 1);
      await settle(world, fleetName);
      await world.push(reconciler, fleetName, fileOf(moved), 2);
      return world;
    },
    run: approving,
    async recover(world, handler) {
      await world.clock.sleep(afterLease);
      // A crash between the spending of an approval and its use costs another approval, never a second use.
      for (let runs = 0; runs < 4; runs += 1) {
        const { end } = await approving(world, handler);
        await world.clock.sleep(afterLease);
        if (end === "Ready") return;
      }
      throw new Error("not Ready after four approving runs");
    },
    end: (world) => accountLines(world.sandbox, stateBucket),
  };
}
