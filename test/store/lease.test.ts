import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../sandbox/clock.ts";
import type { Lease } from "../../shared/engine/lease.ts";
import type { RunRequest } from "../../shared/engine/record.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { StoreLeases } from "../../shared/store/lease.ts";
import { MemoryBucket, MemoryStore } from "./memory-store.ts";

const ttl = 120_000;
const margin = 12_000;
/** Longest time between a holder's check and the moment at which what it sent takes effect. */
const flight = 10_000;

const request = (requestId: string, more: Partial<RunRequest> = {}): RunRequest => ({
  requestId,
  trigger: "manual",
  force: false,
  ...more,
});

/** A participant on a machine of its own, against a shared bucket. */
function machine(clock: VirtualClock, bucket: MemoryBucket, name: string, wallSkew = 0, latency = () => 50) {
  let suspended = 0;
  const store = new MemoryStore(bucket, {
    serverNow: () => clock.now(),
    travel: () => clock.sleep(latency()),
    clocks: { monotonic: () => clock.now() - suspended, wall: () => clock.now() + wallSkew },
  });
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `${name}-${ids}`;
  };
  return {
    store,
    leases: new StoreLeases(store, { ttl, margin, newId, holder: name, now: () => clock.now() + wallSkew }),
    async suspend(milliseconds: number) {
      await clock.sleep(milliseconds);
      suspended += milliseconds;
    },
  };
}

function leaseIn(bucket: MemoryBucket): { epoch: number; holder?: { name: string }; incarnation: string } {
  return JSON.parse(bucket.objects.get(keysOf("acme").lease)?.body ?? "{}").data;
}

async function acquired(leases: StoreLeases, requestId: string): Promise<Lease> {
  const acquisition = await leases.acquire("acme", request(requestId));
  if (acquisition.state !== "acquired") throw new Error(`held by ${acquisition.by}`);
  return acquisition.lease;
}

test("whoever is first acts, the other leaves a note that the first one sees before it goes", async () => {
  const clock = new VirtualClock();
  const bucket = new MemoryBucket();
  const first = await acquired(machine(clock, bucket, "ada").leases, "r1");
  const second = await machine(clock, bucket, "bob").leases.acquire("acme", request("r2", { force: true }));
  expect(second).toMatchObject({ state: "held", by: "ada", noted: true });
  const release = await first.release([]);
  expect(release).toMatchObject({ state: "noted", notes: [{ requestId: "r2", force: true }] });
  first.assertHeld();
  expect(await first.release(["r2"])).toEqual({ state: "released" });
  expect(() => first.assertHeld()).toThrow(/given back/);
});

test("a lease that nobody else touched is taken by one read and one write and given back by one write", async () => {
  const clock = new VirtualClock();
  const bucket = new MemoryBucket();
  await (await acquired(machine(clock, bucket, "ada").leases, "r1")).release([]);
  const { store, leases } = machine(clock, bucket, "ada");
  const lease = await acquired(leases, "r2");
  await lease.release([]);
  const key = keysOf("acme").lease;
  expect(store.calls).toEqual([`get ${key}`, `put ${key}`, `put ${key}`]);
});

test("a dead holder's lease is taken after its end, with its notes, and not before", async () => {
  const clock = new VirtualClock();
  const bucket = new MemoryBucket();
  const dead = await acquired(machine(clock, bucket, "ada").leases, "r1");
  const bob = machine(clock, bucket, "bob");
  await clock.sleep(ttl - 1_000);
  expect((await bob.leases.acquire("acme", request("r2"))).state).toBe("held");
  await clock.sleep(10_000);
  const taken = await bob.leases.acquire("acme", request("r3"));
  expect(taken).toMatchObject({ state: "acquired", notes: [{ requestId: "r2" }] });
  if (taken.state === "acquired") expect(taken.lease.epoch).toBe(dead.epoch + 1);
  expect(() => dead.assertHeld()).toThrow(/ended/);
  expect(await dead.release([])).toEqual({ state: "lost" });
});

test("a lease's end is told by the holder's own clock, however wrong that is", async () => {
  const clock = new VirtualClock();
  const skew = -3 * 3_600_000;
  const lease = await acquired(machine(clock, new MemoryBucket(), "ada", skew).leases, "r1");
  const left = lease.expiresAt - (clock.now() + skew);
  expect(left).toBeGreaterThan(ttl - margin - 3_000);
  expect(left).toBeLessThanOrEqual(ttl - margin);
});

test("a laptop that slept past the lease's end doesn't write when it wakes, although its own clock stood still", async () => {
  const clock = new VirtualClock();
  const ada = machine(clock, new MemoryBucket(), "ada");
  const lease = await acquired(ada.leases, "r1");
  lease.assertHeld();
  await ada.suspend(8 * 3_600_000);
  expect(() => lease.assertHeld()).toThrow(expect.objectContaining({ code: "LeaseLost" }));
});

test("a deleted lease starts another incarnation, and its epoch goes on", async () => {
  const clock = new VirtualClock();
  const bucket = new MemoryBucket();
  const ada = machine(clock, bucket, "ada");
  const before = await acquired(ada.leases, "r1");
  await before.release([]);
  bucket.objects.delete(keysOf("acme").lease);
  const heartbeat = { version: 1, fleet: "acme", requestId: "r1", trigger: "manual", epoch: 7 };
  const times = { startedAt: 1, endedAt: 2, end: "Ready", observedGeneration: 1 };
  bucket.put(
    keysOf("acme").heartbeat,
    JSON.stringify({ format: "Heartbeat", version: 1, data: { ...heartbeat, ...times } }),
    {},
    undefined,
  );
  const after = await acquired(ada.leases, "r2");
  expect(after.epoch).toBe(8);
  expect(after.incarnation).not.toBe(before.incarnation);
});

test("a damaged lease stops everybody instead of counting as free", async () => {
  const bucket = new MemoryBucket();
  bucket.put(keysOf("acme").lease, "{", {}, undefined);
  const { leases } = machine(new VirtualClock(), bucket, "ada");
  await expect(leases.acquire("acme", request("r1"))).rejects.toMatchObject({ code: "CorruptObject" });
});

test("two holders never act at the same time, whatever their clocks say, their machines sleep and the network delays", async () => {
  const step = fc.record({
    think: fc.integer({ min: 0, max: 60_000 }),
    sleep: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400_000 })),
    flight: fc.integer({ min: 0, max: flight }),
  });
  const participant = fc.record({
    skew: fc.integer({ min: -86_400_000, max: 86_400_000 }),
    start: fc.integer({ min: 0, max: 300_000 }),
    latency: fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 6 }),
    steps: fc.array(step, { maxLength: 5 }),
    end: fc.constantFrom("release", "die"),
  });
  let writes = 0;
  let acquisitions = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(participant, { minLength: 2, maxLength: 4 }), async (participants) => {
      const clock = new VirtualClock();
      const bucket = new MemoryBucket();
      const epochs: number[] = [];
      const overlaps: string[] = [];
      await Promise.all(
        participants.map(async (plan, index) => {
          let calls = 0;
          const latency = () => {
            calls += 1;
            return plan.latency[calls % plan.latency.length] ?? 0;
          };
          const { leases, suspend } = machine(clock, bucket, `m${index}`, plan.skew, latency);
          await clock.sleep(plan.start);
          for (let round = 0; round < 2; round += 1) {
            const acquisition = await leases.acquire("acme", request(`r${index}-${round}`));
            if (acquisition.state === "held") {
              await clock.sleep(100_000);
              continue;
            }
            const { lease } = acquisition;
            acquisitions += 1;
            epochs.push(lease.epoch);
            for (const { think, sleep, flight: delay } of plan.steps) {
              await clock.sleep(think);
              if (sleep > 0) await suspend(sleep);
              try {
                lease.assertHeld();
              } catch {
                break;
              }
              await clock.sleep(delay);
              writes += 1;
              if (leaseIn(bucket).epoch !== lease.epoch) overlaps.push(`m${index} acts under ${lease.epoch}`);
            }
            if (plan.end === "release") await lease.release([], true);
          }
        }),
      );
      expect(overlaps).toEqual([]);
      expect(new Set(epochs).size).toBe(epochs.length);
    }),
    { numRuns: 150 },
  );
  expect(writes).toBeGreaterThan(100);
  expect(acquisitions).toBeGreaterThan(200);
});

test("a note is never lost: it is served, or waits in the lease for the next holder", async () => {
  const participant = fc.record({
    start: fc.integer({ min: 0, max: 2_000 }),
    work: fc.integer({ min: 0, max: 2_000 }),
    latency: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(participant, { minLength: 2, maxLength: 5 }), async (participants) => {
      const clock = new VirtualClock();
      const bucket = new MemoryBucket();
      const served: string[] = [];
      await Promise.all(
        participants.map(async ({ start, work, latency }, index) => {
          let calls = 0;
          const next = () => {
            calls += 1;
            return latency[calls % latency.length] ?? 0;
          };
          const { leases } = machine(clock, bucket, `m${index}`, 0, next);
          await clock.sleep(start);
          const acquisition = await leases.acquire("acme", request(`r${index}`));
          if (acquisition.state === "held") {
            expect(acquisition.noted).toBe(true);
            return;
          }
          let doing = [`r${index}`, ...acquisition.notes.map((note) => note.requestId)];
          for (;;) {
            await clock.sleep(work);
            served.push(...doing);
            const release = await acquisition.lease.release(doing);
            if (release.state !== "noted") break;
            doing = release.notes.map((note) => note.requestId);
          }
        }),
      );
      expect(new Set(served)).toEqual(new Set(participants.map((_, index) => `r${index}`)));
      expect(leaseIn(bucket).holder).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});
