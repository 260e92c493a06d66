import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../sandbox/clock.ts";
import type { FleetStatus } from "../../shared/engine/status.ts";
import { approvalLife } from "../../shared/store/approvals.ts";
import { FleetStore, readHeartbeat } from "../../shared/store/fleet-store.ts";
import { readHistory } from "../../shared/store/history.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { resume, suspend } from "../../shared/store/suspension.ts";
import { MemoryBucket, MemoryStore } from "./memory-store.ts";
import { heartbeatOf, planOf, recordOf, statusOf } from "./sample-state.ts";

const status = statusOf(5);

const approval = (actionId: string, at = 0) => ({ actionId, by: "ada", at });

test("a fleet of which nothing is stored loads as empty, in one round of reads", async () => {
  const store = new MemoryStore();
  expect(await new FleetStore(store).load("acme")).toEqual({
    newest: undefined,
    accepted: undefined,
    status: undefined,
    plan: undefined,
    suspension: undefined,
    approvals: [],
  });
  expect(store.calls).toHaveLength(7);
});

test("a status comes back as it was saved, what a newer version added included", async () => {
  const fleetStore = new FleetStore(new MemoryStore());
  const etag = await fleetStore.saveStatus("acme", { ...status, later: 1 } as FleetStatus, undefined);
  expect((await fleetStore.load("acme")).status).toEqual({ value: { ...status, later: 1 }, etag });
});

test("a status that somebody else wrote meanwhile isn't overwritten", async () => {
  const fleetStore = new FleetStore(new MemoryStore());
  const first = await fleetStore.saveStatus("acme", status, undefined);
  await fleetStore.saveStatus("acme", { ...status, epoch: 6 }, first);
  await expect(fleetStore.saveStatus("acme", { ...status, epoch: 7 }, first)).rejects.toMatchObject({
    code: "StateConflict",
    class: "unknown",
  });
  await expect(fleetStore.saveStatus("acme", status, undefined)).rejects.toMatchObject({ code: "StateConflict" });
  expect((await fleetStore.load("acme")).status?.value.epoch).toBe(6);
});

test("a run that lost its lease can't overwrite its successor's plan", async () => {
  const bucket = new MemoryBucket();
  const [stale, successor] = [new FleetStore(new MemoryStore(bucket)), new FleetStore(new MemoryStore(bucket))];
  await stale.load("acme");
  await successor.load("acme");
  await successor.storePlan("acme", planOf(2));
  await successor.storePlan("acme", planOf(2, 2));
  await expect(stale.storePlan("acme", planOf(1))).rejects.toMatchObject({ code: "StateConflict" });
  expect((await successor.load("acme")).plan).toMatchObject({ epoch: 2, round: 2 });
});

test.each([
  ["isn't JSON", "{", "CorruptObject"],
  ["isn't an envelope", "{}", "CorruptObject"],
  ["holds something else", JSON.stringify({ format: "Lease", version: 1, data: {} }), "CorruptObject"],
  [
    "lacks what is relied on",
    JSON.stringify({ format: "Status", version: 1, data: { fleet: "acme" } }),
    "CorruptObject",
  ],
  ["is of a newer version", JSON.stringify({ format: "Status", version: 2, data: {} }), "NewerFormat"],
])("a status that %s fails the load and never counts as absent", async (_, body, code) => {
  const store = new MemoryStore();
  store.bucket.put(keysOf("acme").status, body, {}, undefined);
  await expect(new FleetStore(store).load("acme")).rejects.toMatchObject({ code, class: "terminal" });
});

test("an approval is used once", async () => {
  const fleetStore = new FleetStore(new MemoryStore());
  await fleetStore.addApprovals("acme", [approval("a1"), approval("a2")]);
  expect(await fleetStore.useApproval("acme", "a1", "r1")).toBe(true);
  expect(await fleetStore.useApproval("acme", "a1", "r1")).toBe(false);
  expect(await fleetStore.useApproval("acme", "a3", "r1")).toBe(false);
  expect((await fleetStore.load("acme")).approvals).toEqual([{ ...approval("a1"), usedBy: "r1" }, approval("a2")]);
});

test("a spent approval stays spent when its request is repeated, and a later yes renews it", async () => {
  const fleetStore = new FleetStore(new MemoryStore());
  await fleetStore.addApprovals("acme", [approval("a1", 10)]);
  await fleetStore.useApproval("acme", "a1", "r1");
  await fleetStore.addApprovals("acme", [approval("a1", 10)]);
  expect(await fleetStore.useApproval("acme", "a1", "r1")).toBe(false);
  await fleetStore.addApprovals("acme", [approval("a1", 11)]);
  expect(await fleetStore.useApproval("acme", "a1", "r2")).toBe(true);
});

test("a yes is good for a week", async () => {
  let now = 0;
  const clocks = { monotonic: () => now, wall: () => now };
  const fleetStore = new FleetStore(new MemoryStore(new MemoryBucket(), { serverNow: () => now, clocks }));
  await fleetStore.addApprovals("acme", [approval("a1")]);
  now = approvalLife + 5_000;
  expect(await fleetStore.useApproval("acme", "a1", "r1")).toBe(false);
  expect((await fleetStore.load("acme")).approvals).toEqual([]);
});

test("approvals given and used at once are neither lost nor used twice", async () => {
  const actor = fc.record({
    id: fc.constantFrom("a1", "a2", "a3"),
    start: fc.integer({ min: 0, max: 20 }),
    latency: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }),
  });
  const actors = fc.array(actor, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(actors, actors, async (givers, users) => {
      const clock = new VirtualClock();
      const bucket = new MemoryBucket();
      const storeOf = (latency: readonly number[]) => {
        let calls = 0;
        return new FleetStore(
          new MemoryStore(bucket, {
            travel: () => {
              calls += 1;
              return clock.sleep(latency[calls % latency.length] ?? 0);
            },
          }),
        );
      };
      const used: string[] = [];
      await Promise.all([
        ...givers.map(async ({ id, start, latency }) => {
          await clock.sleep(start);
          await storeOf(latency).addApprovals("acme", [approval(id)]);
        }),
        ...users.map(async ({ id, start, latency }, index) => {
          await clock.sleep(start);
          if (await storeOf(latency).useApproval("acme", id, `r${index}`)) used.push(id);
        }),
      ]);
      const { approvals } = await new FleetStore(new MemoryStore(bucket)).load("acme");
      expect(new Set(approvals.map(({ actionId }) => actionId))).toEqual(new Set(givers.map(({ id }) => id)));
      expect(new Set(used).size).toBe(used.length);
      expect(
        approvals
          .filter(({ usedBy }) => usedBy !== undefined)
          .map(({ actionId }) => actionId)
          .sort(),
      ).toEqual(used.sort());
    }),
    { numRuns: 200 },
  );
});

test("history is listed newest first and an append that is repeated is there once", async () => {
  const store = new MemoryStore();
  const fleetStore = new FleetStore(store);
  for (const at of [1_000, 3_000, 2_000, 3_000]) await fleetStore.appendHistory("acme", recordOf(at));
  await fleetStore.appendHistory("acme", recordOf(4_000, { requestId: "arn:aws:odd/request id" }));
  expect((await readHistory(store, "acme")).map(({ endedAt }) => endedAt)).toEqual([4_000, 3_000, 2_000, 1_000]);
  expect(await readHistory(store, "acme", 2)).toHaveLength(2);
});

test("a heartbeat that comes late doesn't hide a later run's", async () => {
  const bucket = new MemoryBucket();
  const [late, later] = [new FleetStore(new MemoryStore(bucket)), new FleetStore(new MemoryStore(bucket))];
  await late.load("acme");
  await later.heartbeat("acme", heartbeatOf(2));
  await late.heartbeat("acme", heartbeatOf(1));
  expect(await readHeartbeat(new MemoryStore(bucket), "acme")).toEqual(heartbeatOf(2));
  await late.heartbeat("acme", heartbeatOf(3));
  expect(await readHeartbeat(new MemoryStore(bucket), "acme")).toEqual(heartbeatOf(3));
});

test("history doesn't grow without end: the oldest records go", async () => {
  const store = new MemoryStore();
  for (let epoch = 1; epoch <= 544; epoch += 1) await new FleetStore(store).appendHistory("acme", recordOf(epoch));
  const records = await readHistory(store, "acme", 1_000);
  expect(records).toHaveLength(500);
  expect([records.at(0)?.epoch, records.at(-1)?.epoch]).toEqual([544, 45]);
});

test("a suspension needs an end in the future and a reason, and resume takes it away", async () => {
  const store = new MemoryStore();
  const upgrade = { until: 2_000, reason: "upgrade", by: "ada" };
  await expect(suspend(store, "acme", upgrade, 2_000)).rejects.toMatchObject({ code: "InvalidSuspension" });
  await expect(suspend(store, "acme", { ...upgrade, reason: " " }, 0)).rejects.toMatchObject({
    code: "InvalidSuspension",
  });
  await suspend(store, "acme", upgrade, 1_000);
  expect((await new FleetStore(store).load("acme")).suspension).toEqual(upgrade);
  expect(await resume(store, "acme")).toEqual(upgrade);
  expect(await resume(store, "acme")).toBeUndefined();
  expect((await new FleetStore(store).load("acme")).suspension).toBeUndefined();
});
