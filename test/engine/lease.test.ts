import { expect, test } from "vitest";
import { deadlineOf } from "../../shared/engine/deadline.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { run } from "../../shared/engine/run.ts";
import { ModelProcess } from "./model-process.ts";
import { leaseTtl } from "./model-store.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { condition, minute, readyWorld, resizing, syncOf, withApply } from "./scenario.ts";

test("a run that finds the lease held leaves a note, and the holder serves it before it leaves", async () => {
  const world = await readyWorld();
  let noted = false;
  const { record } = await world.run({
    before: ({ name }) => {
      if (noted || name !== "state:heartbeat") return;
      noted = true;
      world.meddle("net/a", { size: 99 });
      world.store.notes = [{ requestId: "other", trigger: "manual", force: false, by: "jo", at: world.clock.now() }];
    },
  });
  expect(record?.notes).toEqual(["other"]);
  expect(world.thing("net/a")?.size).toBe(1);
  expect(world.store.notes).toEqual([]);
  expect(world.store.holder).toBeUndefined();
  expect(world.store.history.at(-1)).toMatchObject({ requestId: "other", trigger: "note" });
});

test("a run that finds the lease held does nothing and says who holds it", async () => {
  const world = await readyWorld();
  world.store.holder = { epoch: 9, expiresAt: world.clock.now() + minute };
  const { record, calls } = await world.run({ request: { requestId: "second" } });
  expect(record?.end).toBe("Busy");
  expect(calls.map(({ name }) => name)).toEqual(["lease:acquire"]);
  expect(world.store.notes.map(({ requestId }) => requestId)).toEqual(["second"]);
});

test("notes that a dead holder left are served, with what they force and approve", async () => {
  const world = await readyWorld(resizing("destructive", 1));
  world.push(resizing("destructive", 2));
  const id = (await world.run()).record?.held[0]?.id ?? "";
  const note = { requestId: "note", trigger: "manual", force: true, approve: [id], by: "jo" } as const;
  world.store.notes = [{ ...note, at: world.clock.now() }];
  await world.run();
  expect(world.thing("net/a")?.size).toBe(2);
  expect(world.store.notes).toEqual([]);
  expect(world.store.status?.lastForced?.requestId).toBe("note");
});

test("a run that died after it stored its plan is told of by the next one", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  await world.run({ request: { requestId: "dead" }, crash: { call: 12, when: "after" } });
  expect(world.store.plan?.requestId).toBe("dead");
  world.clock.advance(leaseTtl);
  await world.run();
  expect(world.store.status?.notes[0]).toContain("the run dead (epoch 1) ended without an outcome");
  expect(world.events.map(({ event }) => event)).toContain("UnfinishedRunFound");
  world.events.length = 0;
  await world.run();
  expect(world.events.map(({ event }) => event)).not.toContain("UnfinishedRunFound");
});

test("a run whose lease ends under it writes nothing more", async () => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  const status = world.store.status;
  let slept = false;
  const { record, calls } = await world.run({
    before: ({ name }) => {
      if (name !== "state:plan" || slept) return;
      slept = true;
      world.clock.advance(leaseTtl + minute);
    },
  });
  expect(record).toMatchObject({ end: "Failed", failure: { code: "LeaseLost" } });
  expect(world.thing("net/a")?.size).toBe(99);
  expect(world.store.status).toEqual(status);
  expect(calls.map(({ name }) => name).slice(-2)).toEqual(["state:plan", "net:list"]);
});

test("near its deadline a run starts nothing more and asks to be run again at once", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  const limit = world.clock.now() + 2 * minute;
  const { record } = await world.run({
    limit,
    before: ({ name }) => {
      if (name === "net/a:create") world.clock.advance(2 * minute - world.limits.margin);
    },
  });
  expect(record?.end).toBe("Progressing");
  expect(record?.runAgainAt).toBe(record?.endedAt);
  expect(condition(world, "Reconciling")?.reason).toBe("RanOutOfTime");
  expect(world.thing("app/web")).toBeUndefined();
  expect(syncOf(world, "net/a")).toBe("Progressing");
  expect((await world.run()).record?.end).toBe("Ready");
});

test("a store that can't be read fails the run, and the lease is given back", async () => {
  const world = await readyWorld();
  const { record } = await world.run({ faults: new Map([[2, "refuse"]]) });
  expect(record).toMatchObject({ end: "Failed", failure: { code: "Throttled" } });
  expect(world.store.holder).toBeUndefined();
  expect(world.store.beat?.end).toBe("Failed");
});

test("a lease that can't be asked for fails the run without touching anything", async () => {
  const world = await readyWorld();
  const { record, calls } = await world.run({ faults: new Map([[1, "refuse"]]) });
  expect(record?.end).toBe("Failed");
  expect(calls).toHaveLength(1);
});

test("a plan that can't be stored is not applied", async () => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run({
    before: ({ name }) => {
      if (name === "state:plan") throw new Failure({ code: "AccessDenied", class: "terminal", message: "denied" });
    },
  });
  expect(record).toMatchObject({ end: "Failed", failure: { code: "AccessDenied" } });
  expect(world.state.writes).toEqual([]);
});

test("a kind that writes past its writers isn't called once the lease has ended", async () => {
  const world = await readyWorld();
  let called = false;
  withApply(world, () => {
    called = true;
    return Promise.resolve({ state: "done" });
  });
  world.meddle("net/a", { size: 99 });
  const limits = { ...world.limits, margin: -2 * leaseTtl };
  const engine = {
    ...world.engine(new ModelProcess({ before: ({ name }) => name === "state:plan" && world.clock.advance(leaseTtl) })),
    limits,
  };
  const record = await run(engine, "model", { requestId: "r", trigger: "manual", force: false });
  expect(record.failure?.code).toBe("LeaseLost");
  expect(called).toBe(false);
});

test("a revision that can't be made the accepted one fails the run even where nothing is to be done", async () => {
  const world = await readyWorld();
  world.push(sampleFleet);
  const { record } = await world.run({
    before: ({ name }) => {
      if (name === "state:accept") throw new Failure({ code: "AccessDenied", class: "terminal", message: "denied" });
    },
  });
  expect(record).toMatchObject({ end: "Failed", failure: { code: "AccessDenied" } });
});

test("a status that somebody else wrote meanwhile is not overwritten", async () => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run({
    before: ({ name }) => {
      if (name === "net/a:update") world.store.statusVersion += 1;
    },
  });
  expect(record).toMatchObject({ end: "Failed", failure: { code: "StateConflict" } });
});

test("notes that keep coming are left to the next holder in the end, which is asked for soon", async () => {
  const world = await readyWorld();
  let notes = 0;
  const { record } = await world.run({
    before: ({ name }) => {
      if (name !== "state:heartbeat") return;
      notes += 1;
      const note = { requestId: `note-${notes}`, trigger: "manual", force: false, at: world.clock.now() } as const;
      world.store.notes = [...world.store.notes, note];
    },
  });
  expect(record?.notes).toEqual(["note-1", "note-2", "note-3"]);
  expect(world.store.notes.map(({ requestId }) => requestId)).toEqual([`note-${notes}`]);
  expect(world.store.holder).toBeUndefined();
  expect(record?.runAgainAt).toBe(world.clock.now() + minute);
});

test.each(["state:heartbeat", "state:history", "lease:release"])("a run that fails at %s says so", async (failing) => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  const { record } = await world.run({
    before: ({ name }) => {
      if (name === failing) throw new Failure({ code: "Throttled", class: "retry", message: "slow down" });
    },
  });
  expect(record).toMatchObject({ end: "Failed", failure: { code: "Throttled" } });
});

test("a run doesn't wait for a back-off that ends after its deadline", async () => {
  const world = await readyWorld();
  withApply(world, () => Promise.reject(new Failure({ code: "Throttled", class: "retry", message: "slow down" })));
  world.meddle("net/a", { size: 99 });
  const began = world.clock.now();
  const { record } = await world.run({ limit: began + world.limits.margin + 1 });
  expect(record?.actions).toHaveLength(1);
  expect(world.clock.now()).toBe(began);
});

test("work ends with the lease, also where the process may live longer", () => {
  const world = new ModelWorld();
  const now = world.clock.now();
  const held = { epoch: 1, incarnation: "i", assertHeld: () => undefined, release: () => Promise.reject(new Error()) };
  const deadline = deadlineOf(world.clock, now + 50 * minute, { ...held, expiresAt: now + minute }, world.limits);
  expect(deadline.at).toBe(now + minute - world.limits.margin);
  expect(deadline.passed()).toBe(false);
  world.clock.advance(minute - world.limits.margin);
  expect(deadline.passed()).toBe(true);
});
