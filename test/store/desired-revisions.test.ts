import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../sandbox/clock.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { type Push, pushRevision } from "../../shared/store/desired-revisions.ts";
import { FleetStore } from "../../shared/store/fleet-store.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { MemoryBucket, MemoryStore } from "./memory-store.ts";

const push = (sequence: number, more: Partial<Push> = {}): Push => ({
  fleet: "acme",
  body: `file ${sequence}`,
  commit: "abc123",
  sequence,
  at: 1_000,
  ...more,
});

test("a push is the newest revision from then on", async () => {
  const store = new MemoryStore();
  await pushRevision(store, push(3));
  const { newest, accepted } = await new FleetStore(store).load("acme");
  expect(newest).toMatchObject({ sequence: 3, commit: "abc123", body: "file 3", pushedAt: 1_000 });
  expect(accepted).toBeUndefined();
});

test("a lower sequence is refused, whoever asks", async () => {
  const store = new MemoryStore();
  await pushRevision(store, push(3));
  await expect(pushRevision(store, push(2))).rejects.toMatchObject({
    code: "StaleRevision",
    hint: expect.stringContaining("--reset-sequence"),
  });
});

test("a lower sequence than the one in force is refused even where the newest object is gone", async () => {
  const store = new MemoryStore();
  const fleetStore = new FleetStore(store);
  await pushRevision(store, push(3));
  const { newest } = await fleetStore.load("acme");
  if (newest !== undefined) await fleetStore.accept("acme", newest);
  store.bucket.objects.delete(keysOf("acme").desired);
  await expect(pushRevision(store, push(2))).rejects.toMatchObject({ code: "StaleRevision" });
});

test("pushing the same again changes nothing; the same sequence with other content is refused", async () => {
  const store = new MemoryStore();
  await pushRevision(store, push(3));
  const before = store.bucket.objects.get(keysOf("acme").desired);
  expect(await pushRevision(store, push(3, { at: 2_000 }))).toMatchObject({ state: "unchanged" });
  expect(store.bucket.objects.get(keysOf("acme").desired)).toBe(before);
  await expect(pushRevision(store, push(3, { body: "other" }))).rejects.toMatchObject({ code: "StaleRevision" });
});

test("a reset starts over at a lower sequence, the copy in force keeps its content", async () => {
  const store = new MemoryStore();
  const fleetStore = new FleetStore(store);
  await pushRevision(store, push(30));
  const { newest } = await fleetStore.load("acme");
  if (newest !== undefined) await fleetStore.accept("acme", newest);
  await pushRevision(store, push(2, { resetSequence: true }));
  const after = await fleetStore.load("acme");
  expect(after.newest).toMatchObject({ sequence: 2, body: "file 2" });
  expect(after.accepted).toMatchObject({ sequence: 1, body: "file 30" });
  await pushRevision(store, push(3));
});

test("what was copied into the bucket by hand is refused with a sentence, and the one in force stays", async () => {
  const store = new MemoryStore();
  const fleetStore = new FleetStore(store);
  await pushRevision(store, push(3));
  const { newest } = await fleetStore.load("acme");
  if (newest !== undefined) await fleetStore.accept("acme", newest);
  store.bucket.put(keysOf("acme").desired, "by hand", {}, undefined);
  const state = await fleetStore.load("acme");
  expect(state.newest).toBeUndefined();
  expect(state.newestRefused).toContain("fleetkeeper push");
  expect(state.accepted).toMatchObject({ sequence: 3 });
  await expect(pushRevision(store, push(2))).rejects.toMatchObject({ code: "StaleRevision" });
  await pushRevision(store, push(4));
  expect((await fleetStore.load("acme")).newest).toMatchObject({ sequence: 4 });
});

test("content changed under kept metadata is refused", async () => {
  const store = new MemoryStore();
  await pushRevision(store, push(3));
  const object = store.bucket.objects.get(keysOf("acme").desired);
  store.bucket.put(keysOf("acme").desired, "tampered", object?.metadata ?? {}, undefined);
  expect((await new FleetStore(store).load("acme")).newestRefused).toContain("changed after the push");
});

test("the same file under another sequence is another version to S3, which hashes content only", async () => {
  const store = new MemoryStore();
  const etags: (string | undefined)[] = [];
  for (const sequence of [1, 2]) {
    await pushRevision(store, push(sequence, { body: "same" }));
    etags.push(store.bucket.objects.get(keysOf("acme").desired)?.etag);
  }
  expect(etags[0]).not.toBe(etags[1]);
});

test("any text comes back to the byte, however it ends", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (body) => {
      const store = new MemoryStore();
      await pushRevision(store, push(1, { body }));
      expect((await new FleetStore(store).load("acme")).newest?.body).toBe(body);
    }),
    { numRuns: 50 },
  );
});

test("a sequence or a commit that can't be is refused before anything is written", async () => {
  const store = new MemoryStore();
  await expect(pushRevision(store, push(0))).rejects.toMatchObject({ code: "InvalidPush" });
  await expect(pushRevision(store, push(1, { commit: "a b" }))).rejects.toMatchObject({ code: "InvalidPush" });
  expect(store.calls).toEqual([]);
});

test("of any pushes at once the highest sequence wins, and everyone else is told", async () => {
  const pusher = fc.record({
    sequence: fc.integer({ min: 1, max: 6 }),
    body: fc.constantFrom("a", "b"),
    start: fc.integer({ min: 0, max: 20 }),
    latency: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(pusher, { minLength: 2, maxLength: 6 }), async (pushers) => {
      const clock = new VirtualClock();
      const bucket = new MemoryBucket();
      const results = await Promise.all(
        pushers.map(async ({ sequence, body, start, latency }) => {
          let calls = 0;
          const store = new MemoryStore(bucket, {
            travel: () => {
              calls += 1;
              return clock.sleep(latency[calls % latency.length] ?? 0);
            },
          });
          await clock.sleep(start);
          return await pushRevision(store, push(sequence, { body })).catch((error: unknown) => {
            expect(error).toBeInstanceOf(Failure);
            expect(error).toMatchObject({ code: "StaleRevision" });
            return undefined;
          });
        }),
      );
      const highest = Math.max(...pushers.map(({ sequence }) => sequence));
      const { newest } = await new FleetStore(new MemoryStore(bucket)).load("acme");
      expect(newest?.sequence).toBe(highest);
      for (const result of results) {
        if (result === undefined || result.revision.sequence < highest) continue;
        expect(result.revision.body).toBe(newest?.body);
      }
    }),
    { numRuns: 200 },
  );
});
