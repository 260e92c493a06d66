import fc from "fast-check";
import { expect, test } from "vitest";
import { Failure } from "../../shared/engine/failure.ts";
import type { Acquisition } from "../../shared/engine/lease.ts";
import type { RunRequest } from "../../shared/engine/record.ts";
import { pushRevision } from "../../shared/store/desired-revisions.ts";
import { FleetStore, readStatus } from "../../shared/store/fleet-store.ts";
import { readHistory } from "../../shared/store/history.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { crashEverywhere } from "../harness/crash.ts";
import { leaseTtl, processIn, type S3World, s3World, transient } from "./s3-world.ts";
import { planOf, recordOf, statusOf } from "./sample-state.ts";

const keys = keysOf("acme");
const request = (requestId: string): RunRequest => ({ requestId, trigger: "manual", force: false });

const faults = fc.array(fc.record({ after: fc.integer({ min: 0, max: 12 }), effect: fc.constantFrom(...transient) }), {
  maxLength: 6,
});

function addFaults(
  { sandbox }: S3World,
  rules: readonly { after: number; effect: (typeof transient)[number] }[],
): void {
  for (const rule of rules) sandbox.faults.add({ ...rule, times: 1 });
}

/** The result, or the Failure that it ended in. Anything else is a bug. */
async function settled<Result>(work: Promise<Result>): Promise<Result | Failure> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

test("a pushed file, its status, plan and history come back from S3 as they were written", async () => {
  const world = await s3World();
  const { store } = processIn(world, "ada");
  const fleetStore = new FleetStore(store);
  const body = "# grüße\nkind: GitLabFleet\n";
  await pushRevision(store, { fleet: "acme", body, commit: "abc", sequence: 7, at: 1_000 });
  const { newest } = await fleetStore.load("acme");
  expect(newest).toMatchObject({ sequence: 7, commit: "abc", body, pushedAt: 1_000 });
  if (newest !== undefined) await fleetStore.accept("acme", newest);
  await fleetStore.storePlan("acme", planOf(1));
  const etag = await fleetStore.saveStatus("acme", statusOf(1), undefined);
  await fleetStore.appendHistory("acme", recordOf(1));
  expect(await fleetStore.load("acme")).toMatchObject({
    accepted: newest,
    plan: planOf(1),
    status: { value: statusOf(1), etag },
  });
  expect(await readHistory(store, "acme")).toEqual([recordOf(1)]);
  expect(await store.folders("fleets/")).toEqual(["acme"]);
});

test("an object whose body breaks off on the way is read again", async () => {
  const world = await s3World();
  const { store } = processIn(world, "ada");
  await store.put("k", "x".repeat(10_000));
  world.sandbox.faults.add({ operation: "GetObject", times: 2, effect: { type: "truncate", bytes: 5_000 } });
  expect((await store.get("k"))?.body).toHaveLength(10_000);
  world.sandbox.faults.add({ operation: "GetObject", effect: { type: "truncate", bytes: 5_000 } });
  await expect(store.get("k")).rejects.toMatchObject({ class: "retry" });
});

test("history is read through every page of its listing", async () => {
  const { store } = processIn(await s3World({ pageSize: 2 }), "ada");
  for (const epoch of [1, 2, 3, 4, 5]) await new FleetStore(store).appendHistory("acme", recordOf(epoch));
  expect((await readHistory(store, "acme")).map(({ epoch }) => epoch)).toEqual([5, 4, 3, 2, 1]);
});

test("pushes at once over a bad network: the highest that was told as pushed is there in the end", async () => {
  const pusher = fc.record({ sequence: fc.integer({ min: 1, max: 5 }), body: fc.constantFrom("a", "b") });
  await fc.assert(
    fc.asyncProperty(fc.array(pusher, { minLength: 2, maxLength: 4 }), faults, async (pushers, rules) => {
      const world = await s3World();
      addFaults(world, rules);
      const results = await Promise.all(
        pushers.map(({ sequence, body }, index) =>
          settled(
            pushRevision(processIn(world, `p${index}`).store, { fleet: "acme", body, commit: "", sequence, at: index }),
          ),
        ),
      );
      world.sandbox.faults.clear();
      const { newest } = await new FleetStore(processIn(world, "reader").store).load("acme");
      const told = results.flatMap((result) => (result instanceof Failure ? [] : [result]));
      const unsure = results.filter((result) => result instanceof Failure && result.code !== "StaleRevision");
      const highest = Math.max(0, ...told.map((result) => result.revision.sequence));
      expect(newest?.sequence ?? 0).toBeGreaterThanOrEqual(highest);
      if (unsure.length === 0) {
        expect(newest?.sequence).toBe(Math.max(...pushers.map(({ sequence }) => sequence)));
      }
      for (const { revision } of told) {
        if (revision.sequence === newest?.sequence) expect(revision.digest).toBe(newest?.digest);
      }
    }),
    { numRuns: 40 },
  );
});

test("an approval is used once over a bad network, and lost only where nobody could tell", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 4 }), faults, async (users, rules) => {
      const world = await s3World();
      const reader = new FleetStore(processIn(world, "reader").store);
      await reader.addApprovals("acme", [{ actionId: "a1", by: "ada", at: world.clock.now() }]);
      addFaults(world, rules);
      const results = await Promise.all(
        Array.from({ length: users }, (_, index) =>
          settled(new FleetStore(processIn(world, `u${index}`).store).useApproval("acme", "a1", `r${index}`)),
        ),
      );
      world.sandbox.faults.clear();
      const used = results.flatMap((result, index) => (result === true ? [`r${index}`] : []));
      expect(used.length).toBeLessThanOrEqual(1);
      const { approvals } = await reader.load("acme");
      if (used.length === 1) expect(approvals[0]?.usedBy).toBe(used[0]);
      if (!results.some((result) => result instanceof Failure)) expect(used).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
});

test("a lease over a bad network has one holder at most, and comes free again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 4 }), faults, async (processes, rules) => {
      const world = await s3World();
      addFaults(world, rules);
      const results: (Acquisition | Failure)[] = await Promise.all(
        Array.from({ length: processes }, (_, index) =>
          settled(processIn(world, `m${index}`).leases.acquire("acme", request(`r${index}`))),
        ),
      );
      expect(results.filter((result) => "state" in result && result.state === "acquired").length).toBeLessThanOrEqual(
        1,
      );
      world.sandbox.faults.clear();
      await world.clock.sleep(leaseTtl + 10_000);
      const after = await processIn(world, "late").leases.acquire("acme", request("late"));
      expect(after.state).toBe("acquired");
      if (after.state !== "acquired") return;
      const noted = results.flatMap((result, index) => ("noted" in result && result.noted ? [`r${index}`] : []));
      expect(after.notes.map(({ requestId }) => requestId)).toEqual(expect.arrayContaining(noted));
    }),
    { numRuns: 40 },
  );
});

test("a run that dies at any call of the store leaves nothing that keeps the next one from its end", async () => {
  const run = async (world: S3World, handler: Parameters<typeof processIn>[2], requestId: string) => {
    const { store, leases } = processIn(world, requestId, handler);
    const acquisition = await leases.acquire("acme", request(requestId));
    if (acquisition.state !== "acquired") throw new Error("held");
    const { lease } = acquisition;
    const fleetStore = new FleetStore(store);
    const { newest, accepted, status } = await fleetStore.load("acme");
    if (newest !== undefined && accepted === undefined) await fleetStore.accept("acme", newest);
    await fleetStore.storePlan("acme", planOf(lease.epoch));
    await fleetStore.saveStatus("acme", { ...statusOf(1), inventory: { done: ["yes"] } }, status?.etag);
    await fleetStore.appendHistory("acme", recordOf(lease.epoch));
    await lease.release([]);
  };
  const report = await crashEverywhere<S3World & { end?: readonly string[] }>({
    async make() {
      const world = await s3World();
      await pushRevision(processIn(world, "push").store, {
        fleet: "acme",
        body: "file",
        commit: "",
        sequence: 1,
        at: 1,
      });
      return world;
    },
    run: (world, handler) => run(world, handler, "first"),
    async recover(world, handler) {
      await world.clock.sleep(leaseTtl + 10_000);
      await run(world, handler, "second");
      const { store, leases } = processIn(world, "look", handler);
      const free = await leases.acquire("acme", request("look"));
      const { accepted, plan } = await new FleetStore(store).load("acme");
      const status = await readStatus(store, "acme");
      world.end = [free.state, `${accepted?.body}`, `planned ${plan !== undefined}`, JSON.stringify(status?.value)];
    },
    end: (world) => world.end ?? [],
  });
  expect(report.failures).toEqual([]);
  expect(report.calls).toBeGreaterThanOrEqual(12);
});

test("an idle run's store costs one round of reads between taking and giving back the lease", async () => {
  const world = await s3World();
  const { store, leases } = processIn(world, "ada");
  const first = await leases.acquire("acme", request("r1"));
  if (first.state === "acquired") await first.lease.release([]);
  world.sandbox.calls.clear();
  const { lease } = (await leases.acquire("acme", request("r2"))) as Extract<Acquisition, { state: "acquired" }>;
  await new FleetStore(store).load("acme");
  await lease.release([]);
  expect(world.sandbox.calls.writes().map(({ input }) => input["Key"])).toEqual([keys.lease, keys.lease]);
  expect(world.sandbox.calls.all()).toHaveLength(10);
});
