import { describe, expect, it } from "vitest";
import { readLedger } from "../../shared/resources/machines/ledger-object.ts";
import { FleetStore, readHeartbeat } from "../../shared/store/fleet-store.ts";
import { readHistory } from "../../shared/store/history.ts";
import { resume } from "../../shared/store/suspension.ts";
import { type FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { withoutStack } from "../harness/host-fleet.ts";
import { CollectedWorld, minute } from "../resources/machines/collected-world.ts";
import { earlierVersions, keptOf, reopen } from "./kept.ts";

const failing = "iam/role/host";

function writesOutsideState(world: FleetWorld): readonly string[] {
  return world.sandbox.calls
    .writes()
    .filter(({ operation, input }) => operation !== "SendCommand" && input["Bucket"] !== stateBucket)
    .map(({ operation }) => operation);
}

async function stateOf(world: FleetWorld) {
  return new FleetStore((await world.reconciler()).store).load("acme");
}

describe.each(earlierVersions)("what version %s left", (version) => {
  const kept = keptOf(version);
  const suspends = version !== "a84afa9";

  it("at rest: the same file plans nothing for roles, groups, bucket and host, and writes nothing to them", async () => {
    const world = await reopen(kept.rest);
    const record = await world.run(await world.reconciler(), "acme", { only: withoutStack, force: true });
    expect(record.failure).toBeUndefined();
    expect(record.actions).toEqual([]);
    expect(record.held.filter(({ target }) => withoutStack.includes(target.kind))).toEqual([]);
    expect(record.unknown.filter(({ kind }) => withoutStack.includes(kind))).toEqual([]);
    expect(writesOutsideState(world)).toEqual([]);
  });

  it("is read object by object: status, plan, approvals, holds, heartbeat and history", async () => {
    const world = await reopen(kept.trouble);
    const { status, plan, approvals, accepted, suspension } = await stateOf(world);
    expect(accepted?.sequence).toBe(2);
    expect(status?.value.resources[failing]?.failure).toMatchObject({ class: "unknown", attempts: 9 });
    expect(plan?.plan.actions.length).toBeGreaterThan(0);
    expect(approvals.filter(({ usedBy }) => usedBy === undefined)).toHaveLength(1);
    if (suspends) expect(suspension).toMatchObject({ by: "jo", reason: "moving house" });
    const { store } = await world.reconciler();
    expect((await readHeartbeat(store, "acme"))?.epoch).toBe(status?.value.epoch);
    expect((await readHistory(store, "acme")).length).toBeGreaterThan(3);
  });

  it("in trouble: a suspension holds, a back-off goes on, an approval is spent once, and epochs rise", async () => {
    const world = await reopen(kept.trouble);
    const before = (await stateOf(world)).status?.value;
    if (suspends) {
      const held = await world.run(await world.reconciler(), "acme");
      expect(held.actions).toEqual([]);
      expect(new Set(held.held.map(({ hold }) => hold.reason))).toEqual(new Set(["Suspended"]));
      await resume((await world.reconciler()).store, "acme");
    }
    const first = await world.run(await world.reconciler(), "acme");
    const done = first.actions.map(({ target, verb }) => `${verb} ${target.kind}/${target.name}`);
    expect(done).toContain("delete iam/stale-profile/acme-machine");
    expect(first.held.map(({ target, hold }) => `${target.name} ${hold.reason}`)).toContain(
      "stale-role/acme-machine ApprovalNeeded",
    );
    const after = (await stateOf(world)).status?.value;
    expect(after?.epoch).toBeGreaterThan(before?.epoch ?? Number.POSITIVE_INFINITY);
    expect(after?.observedGeneration).toBe(before?.observedGeneration);
    expect(after?.incarnation).toBe(before?.incarnation);
    expect((await stateOf(world)).approvals.filter(({ usedBy }) => usedBy === undefined)).toEqual([]);
    await world.clock.sleep(20 * minute);
    const healed = await world.run(await world.reconciler(), "acme");
    expect(healed.actions.filter(({ target }) => target.name.startsWith("stale-"))).toEqual([]);
    expect((await stateOf(world)).status?.value.resources[failing]).toMatchObject({ sync: "InSync" });
  });

  it("in trouble: what failed counts on from where it was", async () => {
    const world = await reopen(kept.trouble);
    await resume((await world.reconciler()).store, "acme");
    const attempts = (await stateOf(world)).status?.value.resources[failing]?.failure?.attempts ?? 0;
    await world.clock.sleep(minute);
    const effect = { type: "error", code: "InternalFailure", status: 500 } as const;
    world.sandbox.faults.add({ service: "iam", operation: "PutRolePolicy", effect });
    await world.run(await world.reconciler(), "acme");
    const failure = (await stateOf(world)).status?.value.resources[failing]?.failure;
    expect(failure?.attempts).toBeGreaterThan(attempts);
  });

  it("of collection: a mark ripens, an approval by name and what was deleted are remembered", async () => {
    const { machines, host } = kept.collection;
    const [collected = "", marked = "", working = ""] = machines;
    const world = await CollectedWorld.open(undefined, kept.collection);
    const before = await readLedger(await world.store(), "acme");
    expect(before.marks[`instance/${marked}`]).toBeDefined();
    expect(before.managers[host]).toBeDefined();
    expect(before.approvals[`instance/${marked}`]).toMatchObject({ by: "alice" });
    const deleted = await world.runFor(32);
    expect(deleted[0]).toBe(`instance/${marked}`);
    expect(deleted).not.toContain(`instance/${collected}`);
    expect(await world.living()).toEqual([working]);
  });
});

describe("what a later version left", () => {
  // All but the heartbeat, which is nothing but a sign of life of whoever ran last.
  it.each(["status", "plan", "approvals", "holds", "lease"])(
    "as %s.json is refused by its name, and nothing is overwritten",
    async (name) => {
      const world = await reopen(keptOf("e31fd49").trouble);
      const key = `fleets/acme/${name}.json`;
      const { store } = await world.reconciler();
      const there = JSON.parse((await store.get(key))?.body ?? "{}") as { version: number };
      const later = JSON.stringify({ ...there, version: there.version + 1 });
      await store.put(key, later);
      world.sandbox.calls.clear();
      const record = await world.run(await world.reconciler(), "acme").catch((error: unknown) => error);
      expect(JSON.stringify(record, Object.getOwnPropertyNames(record as object).concat("code", "message"))).toMatch(
        /NewerFormat/,
      );
      expect((await (await world.reconciler()).store.get(key))?.body).toBe(later);
      expect(writesOutsideState(world)).toEqual([]);
    },
  );

  it.each(["ledger", "sweeps"])(
    "as %s.json of collection is refused, nothing is overwritten and nothing deleted",
    async (name) => {
      const world = await CollectedWorld.open(undefined, keptOf("e31fd49").collection);
      const key = `fleets/acme/collection/${name}.json`;
      const store = await world.store();
      const there = JSON.parse((await store.get(key))?.body ?? "{}") as { version: number };
      const later = JSON.stringify({ ...there, version: there.version + 1 });
      await store.put(key, later);
      const living = await world.living();
      for (let runs = 0; runs < 4; runs += 1) {
        await expect(world.run()).rejects.toMatchObject({ code: "NewerFormat" });
        await world.world.clock.advance(8 * minute);
      }
      expect((await (await world.store()).get(key))?.body).toBe(later);
      expect(await world.living()).toEqual(living);
    },
  );
});
