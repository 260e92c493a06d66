import { describe, expect, it } from "vitest";
import { readLedger } from "../../../shared/resources/machines/ledger-object.ts";
import { markOrphans } from "../../../shared/resources/machines/marker.ts";
import { CollectedWorld, minute } from "./collected-world.ts";

/** Whole passes of marking and sweeping, every eight minutes, by the real SDK against the embedded AWS. */
async function fleet() {
  const world = await CollectedWorld.open();
  const host = await world.addHost();
  return { world, host };
}

const later = 20 * minute;

describe("a pass", () => {
  it("goes on where one deletion fails, says so, and tries it again in the next (6: one throw ended the collection of all the others; 20: gave up after one failure)", async () => {
    const { world, host } = await fleet();
    const orphans = [await world.createMachine(host), await world.createMachine(host), await world.createMachine(host)];
    await world.world.clock.advance(later);
    world.data(host).directories.clear();
    await world.runFor(16);
    world.world.sandbox.faults.add({
      operation: "TerminateInstances",
      times: 1,
      effect: { type: "error", code: "UnauthorizedOperation" },
    });
    const { sweep } = await world.run();
    expect(sweep.failures).toHaveLength(1);
    expect(sweep.deletions.filter(({ failure }) => failure === undefined)).toHaveLength(2);
    expect(await world.living()).toHaveLength(1);
    await world.runFor(16);
    expect(await world.living()).toEqual([]);
    expect(orphans).toHaveLength(3);
  });

  it("is over when it says so (4: an un-awaited map, and the Lambda froze before the work was done)", async () => {
    const { world, host } = await fleet();
    for (let count = 0; count < 4; count += 1) await world.createMachine(host);
    await world.world.clock.advance(later);
    world.data(host).directories.clear();
    await world.runFor(16);
    const { sweep } = await world.run();
    expect(sweep.deletions).toHaveLength(4);
    expect(await world.living()).toEqual([]);
    const { count } = world.world.sandbox.calls;
    await world.world.clock.advance(minute);
    expect(world.world.sandbox.calls.count).toBe(count);
  });

  it("doesn't take a bug for silence: what is no answer of AWS breaks the pass (2: handlers that catch everything)", async () => {
    const { world, host } = await fleet();
    await world.createMachine(host);
    await world.world.clock.advance(later);
    const ports = await world.markingPorts();
    const witnesses = {
      ...ports.witnesses,
      askGitLab: async (): Promise<never> => {
        throw new TypeError("undefined is not a function");
      },
    };
    await expect(markOrphans({ ...ports, witnesses }, world.fleet(), world.policy)).rejects.toThrow(TypeError);
  });

  it("deletes nothing where a page of instances fails (13: only the first page read)", async () => {
    const world = await CollectedWorld.open(5);
    const host = await world.addHost();
    for (let count = 0; count < 12; count += 1) await world.createMachine(host);
    await world.world.clock.advance(later);
    const first = (await world.living())[0] ?? "";
    world.drop(host, first);
    await world.runFor(24);
    world.world.sandbox.faults.add({
      operation: "DescribeInstances",
      every: 2,
      effect: { type: "error", code: "RequestLimitExceeded" },
    });
    expect(await world.runFor(16)).toEqual([]);
  });

  it("writes nothing where nothing is followed", async () => {
    const { world, host } = await fleet();
    await world.createMachine(host);
    await world.world.clock.advance(later);
    await world.run();
    world.world.sandbox.calls.clear();
    await world.run();
    expect(world.world.sandbox.calls.writes().map(({ operation }) => operation)).toEqual([]);
  });

  it("takes the mark and its tag off again where the machine is found after all", async () => {
    const { world, host } = await fleet();
    const id = await world.createMachine(host);
    await world.world.clock.advance(later);
    const before = new Map(world.data(host).directories);
    world.data(host).directories.clear();
    await world.run();
    const { marks } = await readLedger(await world.store(), "acme");
    expect(Object.keys(marks)).toContain(`instance/${id}`);
    for (const [name, instance] of before) world.data(host).directories.set(name, instance);
    const { marking } = await world.run();
    expect(marking.ledger.marks).toEqual({});
    world.world.sandbox.calls.clear();
    await world.run();
    expect(world.world.sandbox.calls.all().map(({ operation }) => operation)).not.toContain("DeleteTags");
  });
});
