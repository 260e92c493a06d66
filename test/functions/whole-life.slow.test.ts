import { DescribeInstancesCommand, DescribeKeyPairsCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { synthesise } from "../infra/synthesis.ts";
import { HostLife } from "./host-life.ts";
import { expectProof } from "./proof.ts";

/** A fleet with its host through the functions alone, each call judged by the synthesised roles. */
describe("a whole life under the deployed permissions", { shuffle: false }, () => {
  let life: HostLife;
  beforeAll(async () => {
    life = await HostLife.open(synthesise());
  });
  afterAll(() => life.close());

  const refused = () =>
    life.world.enforcement.judgements
      .filter(({ decision }) => !decision.allowed)
      .map(({ role, action, resource }) => `${role} ${action} ${resource}`);
  const state = async (id: string) => {
    const { Reservations = [] } = await life.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  };

  test("the functions make a host, services, GitLab and runners until all is as declared, and are refused nothing", async () => {
    await life.settle();
    expect(refused()).toEqual([]);
    expect(life.world.queue.deadLetters).toEqual([]);
  });

  test("a lost machine that was never tagged is asked, marked by its profile, and terminated all the same", async () => {
    const id = await life.lostMachine(false);
    for (let ticks = 0; ticks < 14; ticks += 1) await life.tick();
    expect(refused()).toEqual([]);
    expect(await state(id)).toBe("terminated");
  });

  test("a lost machine is marked by reconcile, handed over, terminated by collect, and its key pair goes after it", async () => {
    const id = await life.lostMachine();
    for (let ticks = 0; ticks < 16; ticks += 1) await life.tick();
    expect(refused()).toEqual([]);
    expect(life.world.logged("HandedOver")).not.toEqual([]);
    expect(await state(id)).toBe("terminated");
    const { KeyPairs = [] } = await life.ec2.send(new DescribeKeyPairsCommand({}));
    expect(KeyPairs).toEqual([]);
    expect((await life.conditions())["GarbageCollected"]).toBe("NoOrphans");
    const roles = (action: string) =>
      new Set(life.world.enforcement.judgements.filter((one) => one.action === action).map(({ role }) => role));
    expect(roles("ec2:TerminateInstances")).toEqual(new Set(["fleetkeeper-collect-worker"]));
    expect(await life.world.call("plan", { fleet: "acme" })).toMatchObject({ problems: [] });
    await expectProof("whole-life", life.world.enforcement.judgements);
  });
});
