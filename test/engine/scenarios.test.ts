import { describe, expect, test } from "vitest";
import type { Condition, ConditionType } from "../../shared/engine/condition.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { absent, present } from "../../shared/engine/observation.ts";
import { nothingKnown, preview } from "../../shared/engine/preview.ts";
import { run } from "../../shared/engine/run.ts";
import type { Sync } from "../../shared/engine/status.ts";
import type { ModelFleet, ModelKind } from "./model-kind.ts";
import { ModelProcess } from "./model-process.ts";
import { leaseTtl } from "./model-store.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";

const minute = 60_000;

async function readyWorld(fleet: ModelFleet = sampleFleet): Promise<ModelWorld> {
  const world = new ModelWorld();
  world.push(fleet);
  const { record } = await world.run();
  expect(record?.end).toBe("Ready");
  world.state.writes.length = 0;
  world.events.length = 0;
  return world;
}

function condition(world: ModelWorld, type: ConditionType): Condition | undefined {
  return world.store.status?.conditions.find((one) => one.type === type);
}

function syncOf(world: ModelWorld, key: string): Sync | undefined {
  return world.store.status?.resources[key]?.sync;
}

/** A fleet whose one thing is `risk` to resize, already resized in the file. */
function resizing(risk: "disruptive" | "destructive", size: number): ModelFleet {
  return { name: "model", mode: "Enforce", kinds: { net: { a: { size, risk }, b: { size: 1 } } } };
}

/** The world's first kind with another apply. */
function withApply(world: ModelWorld, apply: ModelKind["apply"]): void {
  world.kinds = world.kinds.map((kind, index) => (index === 0 ? { ...kind, apply } : kind));
}

describe("which revision is in force", () => {
  test("an invalid newest revision leaves the last good one in force, heals by it, and deletes nothing", async () => {
    const world = await readyWorld();
    world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, app: {} } });
    world.push("not a fleet");
    world.meddle("net/a", { size: 99 });
    const { record } = await world.run();
    expect(record?.end).toBe("Held");
    expect(world.thing("net/a")?.size).toBe(1);
    expect(world.thing("app/web")).toBeDefined();
    expect(condition(world, "Accepted")).toMatchObject({ status: "False", reason: "RevisionInvalid" });
    expect(condition(world, "Accepted")?.message).toContain("revision 1 stays in force");
    expect(condition(world, "Ready")).toMatchObject({ status: "False", reason: "NewestNotInForce" });
    expect(world.store.status?.observedGeneration).toBe(3);
    expect(world.store.status?.inForce?.sequence).toBe(1);
  });

  test("without any valid revision nothing is looked at and the run has failed", async () => {
    const world = new ModelWorld();
    const { record, calls } = await world.run();
    expect(record?.end).toBe("Failed");
    expect(calls.some(({ name }) => name.endsWith(":list"))).toBe(false);
    expect(condition(world, "Accepted")?.reason).toBe("NothingPushed");
    expect(condition(world, "Ready")?.reason).toBe("NothingInForce");
    expect(condition(world, "Drifted")?.status).toBe("Unknown");
  });

  test("a revision that is older than one seen before is stale", async () => {
    const world = await readyWorld();
    world.push(sampleFleet, 7);
    await world.run();
    world.push({ ...sampleFleet, kinds: {} }, 6);
    await world.run();
    expect(condition(world, "Accepted")?.reason).toBe("RevisionStale");
    expect(world.thing("net/a")).toBeDefined();
  });

  test("a file that names another fleet is not accepted", async () => {
    const world = await readyWorld();
    world.push({ ...sampleFleet, name: "renamed", kinds: {} });
    await world.run();
    expect(condition(world, "Accepted")).toMatchObject({ reason: "RevisionInvalid" });
    expect(world.state.writes).toEqual([]);
  });

  test("kinds that this version doesn't have are shown and don't count for Ready", async () => {
    const world = new ModelWorld();
    world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, pool: { p: { size: 1 } } } });
    const { record } = await world.run();
    expect(record?.end).toBe("Ready");
    expect(world.store.status?.notManaged).toEqual(["pool"]);
  });
});

describe("holding still", () => {
  test("Observe reports drift and writes nothing to the world", async () => {
    const world = await readyWorld();
    world.push({ ...sampleFleet, mode: "Observe" });
    world.meddle("net/a", { size: 99 });
    const { record } = await world.run();
    expect(record?.end).toBe("Held");
    expect(world.state.writes).toEqual([]);
    expect(condition(world, "Drifted")).toMatchObject({ status: "True", message: "net/a" });
    expect(condition(world, "Reconciling")?.reason).toBe("OnlyObserving");
    expect(condition(world, "Stalled")?.status).toBe("False");
  });

  test("a suspension holds everything until its time, is over by itself, and says so once", async () => {
    const world = await readyWorld();
    world.store.suspension = { until: world.clock.now() + 120 * minute, reason: "an audit", by: "jo" };
    world.meddle("net/a", { size: 99 });
    const { record } = await world.run({ request: { force: true } });
    expect(record?.end).toBe("Held");
    expect(record?.runAgainAt).toBe(world.store.suspension.until);
    expect(condition(world, "Suspended")).toMatchObject({ status: "True", reason: "SuspendedByCommand" });
    world.clock.advance(121 * minute);
    expect((await world.run()).record?.end).toBe("Ready");
    expect(condition(world, "Suspended")?.status).toBe("False");
  });

  test("the file can suspend too", async () => {
    const world = await readyWorld();
    const until = world.clock.now() + 120 * minute;
    world.push({ ...sampleFleet, suspend: { until, reason: "a migration" }, kinds: {} });
    await world.run();
    expect(world.state.writes).toEqual([]);
    expect(condition(world, "Suspended")?.reason).toBe("SuspendedByFile");
  });

  test("--only acts on the kinds named and looks at all", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    world.meddle("disk/data", { size: 99 });
    const { record } = await world.run({ request: { only: ["disk"] } });
    expect(world.thing("disk/data")?.size).toBe(10);
    expect(world.thing("net/a")?.size).toBe(99);
    expect(record?.held.map(({ hold }) => hold.reason)).toEqual(["NotSelected"]);
  });

  test("a disruptive change waits for the window and force doesn't", async () => {
    const world = await readyWorld(resizing("disruptive", 1));
    world.push({ ...resizing("disruptive", 2), windowOpen: false });
    const { record } = await world.run();
    expect(record?.held[0]?.hold.reason).toBe("WindowClosed");
    await world.run({ request: { force: true } });
    expect(world.thing("net/a")?.size).toBe(2);
  });
});

describe("approvals", () => {
  test("a destructive change waits for the approval of its id, which is used once", async () => {
    const world = await readyWorld(resizing("destructive", 1));
    world.push(resizing("destructive", 2));
    const asked = await world.run({ request: { force: true } });
    expect(asked.record?.end).toBe("Held");
    expect(condition(world, "Stalled")?.reason).toBe("PersonNeeded");
    const id = asked.record?.held[0]?.id ?? "";
    const { record } = await world.run({ request: { approve: [id], by: "jo" } });
    expect(record?.end).toBe("Ready");
    expect(record?.actions[0]).toMatchObject({ id, approvedBy: "jo" });
    expect(world.store.approvals).toMatchObject([{ actionId: id, by: "jo", usedBy: record?.requestId }]);
    // The same drift again is the same action by its id: the approval was for one time.
    world.meddle("net/a", { size: 1 });
    expect((await world.run()).record?.held[0]).toMatchObject({ id, hold: { reason: "ApprovalNeeded" } });
  });

  test("an approval stays good when unrelated drift appears, and is void when its own target changed", async () => {
    const world = await readyWorld(resizing("destructive", 1));
    world.push(resizing("destructive", 2));
    const id = (await world.run()).record?.held[0]?.id ?? "";
    world.meddle("net/b", { size: 50 });
    expect((await world.run()).record?.held[0]?.id).toBe(id);
    world.meddle("net/a", { undeclared: "somebody was here" });
    const { record } = await world.run({ request: { approve: [id] } });
    expect(record?.held[0]?.hold.reason).toBe("ApprovalNeeded");
    expect(world.thing("net/a")?.size).toBe(1);
  });

  test("of two processes with one approval one acts", async () => {
    const world = await readyWorld(resizing("destructive", 1));
    world.push(resizing("destructive", 2));
    const id = (await world.run()).record?.held[0]?.id ?? "";
    const { record } = await world.run({
      request: { approve: [id] },
      before: ({ name }) => {
        if (name !== "net:list" || world.store.plan === undefined) return;
        world.store.approvals = world.store.approvals.map((one) => ({ ...one, usedBy: "another" }));
      },
    });
    expect(record?.actions.map(({ outcome }) => outcome.state)).toEqual(["skipped"]);
    expect(world.thing("net/a")?.size).toBe(1);
  });
});

describe("failures", () => {
  const refusing: ModelKind["apply"] = () =>
    Promise.reject(new Failure({ code: "Throttled", class: "retry", message: "slow down", hint: "wait" }));

  test("back-off grows with every failure in a row and time alone never resets it", async () => {
    const world = await readyWorld();
    withApply(world, refusing);
    world.meddle("net/a", { size: 99 });
    let attempts = 0;
    for (let run = 0; run < 4; run += 1) {
      const { record } = await world.run();
      const failure = world.store.status?.resources["net/a"]?.failure;
      expect(record?.end).toBe("Failed");
      expect(failure?.attempts).toBeGreaterThan(attempts);
      expect(failure).toMatchObject({ code: "Throttled", hint: "wait" });
      expect(record?.runAgainAt).toBe(failure?.notBefore);
      attempts = failure?.attempts ?? 0;
      world.clock.advance(24 * 60 * minute);
    }
    expect(condition(world, "Reconciling")?.reason).toBe("RetryScheduled");
  });

  test("while it lasts nothing is tried; force tries once; success forgets it", async () => {
    const world = await readyWorld();
    const net = world.kinds[0];
    withApply(world, refusing);
    world.meddle("net/a", { size: 99 });
    for (let run = 0; run < 6; run += 1) {
      await world.run({ request: { force: true } });
      world.clock.advance(1);
    }
    const before = world.store.status?.resources["net/a"]?.failure?.attempts ?? 0;
    await world.run();
    expect(world.store.status?.resources["net/a"]?.failure?.attempts).toBe(before);
    const { record } = await world.run({ request: { force: true, requestId: "by-hand" } });
    expect(record?.actions).toHaveLength(1);
    expect(world.store.status?.lastForced?.requestId).toBe("by-hand");
    if (net !== undefined) withApply(world, net.apply);
    world.clock.advance(1);
    await world.run({ request: { force: true } });
    expect(world.store.status?.resources["net/a"]).toMatchObject({ sync: "InSync" });
    expect(world.store.status?.resources["net/a"]?.failure).toBeUndefined();
  });

  test("a terminal failure is not repeated until a new revision", async () => {
    const world = await readyWorld();
    let tries = 0;
    withApply(world, () => {
      tries += 1;
      return Promise.reject(new Failure({ code: "AccessDenied", class: "terminal", message: "not allowed" }));
    });
    world.meddle("net/a", { size: 99 });
    for (let run = 0; run < 5; run += 1) {
      await world.run();
      world.clock.advance(60 * minute);
    }
    expect(tries).toBe(1);
    expect(condition(world, "Stalled")?.reason).toBe("TerminalFailure");
    world.push(sampleFleet);
    await world.run();
    expect(tries).toBe(2);
  });

  test("a new revision ends a fight", async () => {
    const world = await readyWorld();
    const undo = (): void => world.meddle("net/a", { size: 99 });
    world.state.afterWrite = undo;
    undo();
    await world.run();
    expect(syncOf(world, "net/a")).toBe("Held");
    world.state.afterWrite = undefined;
    world.push(sampleFleet);
    expect((await world.run()).record?.end).toBe("Ready");
  });

  test("drift that goes away by itself ends the back-off", async () => {
    const world = await readyWorld();
    withApply(world, refusing);
    world.meddle("net/a", { size: 99 });
    await world.run();
    world.meddle("net/a", { size: 1 });
    expect((await world.run()).record?.end).toBe("Ready");
    expect(world.store.status?.resources["net/a"]?.failure).toBeUndefined();
  });

  test("a kind that can't be observed is unknown, makes nothing, and holds only what needs it", async () => {
    const world = await readyWorld();
    world.state.things.delete("net/a");
    world.meddle("disk/data", { size: 99 });
    world.meddle("host/main", { size: 99 });
    const throttled: ModelKind["observe"] = () => Promise.reject(new Error("throttled"));
    world.kinds = world.kinds.map((kind, index) => (index === 0 ? { ...kind, observe: throttled } : kind));
    const { record } = await world.run();
    expect(record?.end).toBe("Held");
    expect(world.thing("net/a")).toBeUndefined();
    expect(world.thing("disk/data")?.size).toBe(10);
    expect(record?.held).toMatchObject([{ target: { name: "main" }, hold: { reason: "UnknownDependency" } }]);
    expect(record?.unknown[0]).toMatchObject({ kind: "net", name: "a", why: "observing net: throttled" });
    expect(syncOf(world, "net/a")).toBe("Unknown");
    expect(record?.unknown.at(-1)).toEqual({
      kind: "host",
      name: "spare",
      why: "whether it differs depends on net/b.id",
    });
  });

  test("unknown alone makes Ready and Drifted Unknown", async () => {
    const world = await readyWorld();
    world.kinds = world.kinds.map((kind, index) =>
      index === 0 ? { ...kind, observe: () => Promise.resolve(new Map()) } : kind,
    );
    const { record } = await world.run();
    expect(record?.end).toBe("Unknown");
    expect(condition(world, "Ready")).toMatchObject({ status: "Unknown", reason: "SomethingUnknown" });
    expect(condition(world, "Drifted")?.status).toBe("Unknown");
  });

  test("a kind whose comparison throws is unknown there and nowhere else", async () => {
    const world = await readyWorld();
    const [net] = world.kinds;
    if (net === undefined) return;
    const diff: ModelKind["diff"] = (context) => {
      if (context.name === "a") throw new Error("a defect");
      return net.diff(context);
    };
    world.kinds = [{ ...net, diff }, ...world.kinds.slice(1)];
    world.meddle("net/b", { size: 99 });
    const { record } = await world.run();
    expect(record?.unknown).toEqual([{ kind: "net", name: "a", why: "comparing net/a: a defect" }]);
    expect(world.thing("net/b")?.size).toBe(2);
  });

  test("what changed between plan and apply is not written on the old plan", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    let looks = 0;
    const { record } = await world.run({
      before: ({ name }) => {
        if (name !== "net:list") return;
        looks += 1;
        if (looks === 2) world.meddle("net/a", { size: 1, undeclared: "put right by hand" });
      },
    });
    expect(record?.actions.map(({ outcome }) => outcome.state)).toEqual(["outdated"]);
    expect(record?.end).toBe("Ready");
    expect(world.state.writes).toEqual([]);
  });
});

describe("what can't go on for ever", () => {
  test("a target that never stands still is backed off instead of planned anew for ever", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    const { record } = await world.run({
      before: ({ name }, number) => {
        if (name === "net:list") world.meddle("net/a", { size: 100 + number });
      },
    });
    expect(world.state.writes).toEqual([]);
    expect(record?.end).toBe("Failed");
    expect(world.store.status?.resources["net/a"]?.failure?.code).toBe("KeepsChanging");
  });

  test("a run makes so many rounds and asks for another run", async () => {
    const world = new ModelWorld({ rounds: 2, heals: 99 });
    world.push(sampleFleet);
    world.state.afterWrite = (key) => key === "net/a" && world.meddle(key, { size: 99 });
    const { record } = await world.run();
    expect(Math.max(...(record?.actions ?? []).map(({ round }) => round))).toBe(2);
    expect(record?.end).toBe("Progressing");
    expect(record?.runAgainAt).toBe(record?.endedAt);
  });

  test("a run that has no time for anything isn't asked for again at once", async () => {
    const world = await readyWorld();
    const { record } = await world.run({ limit: world.clock.now() });
    expect(record?.end).toBe("Progressing");
    expect(record?.runAgainAt).toBe((record?.endedAt ?? 0) + minute);
  });

  test("a store that refuses the plan is no failure of the resource", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    await world.run({
      before: ({ name }) => {
        if (name === "state:plan") throw new Failure({ code: "AccessDenied", class: "terminal", message: "denied" });
      },
    });
    expect(world.store.status?.resources["net/a"]?.failure).toBeUndefined();
    expect((await world.run()).record?.end).toBe("Ready");
  });

  test("a listener that throws breaks nothing, and the record says so", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    world.events.push = () => {
      throw new Error("the terminal is gone");
    };
    const { record } = await world.run();
    expect(world.thing("net/a")?.size).toBe(1);
    expect(world.store.status?.resources["net/a"]?.sync).toBe("InSync");
    expect(record?.failure?.message).toBe("telling of the run: the terminal is gone");
  });
});

describe("operations in flight", () => {
  function starting(world: ModelWorld, ends: () => "underWay" | "failed" | "well"): void {
    const [net] = world.kinds;
    if (net === undefined) return;
    const observe: ModelKind["observe"] = async (context) => {
      const found = new Map(await net.observe(context));
      for (const [name, operation] of context.operations) {
        const before = found.get(name) ?? absent;
        if (before.state === "unknown") continue;
        const end = ends();
        if (end === "underWay") {
          const later = { ...operation, notBefore: context.now + minute };
          found.set(name, { ...before, operation: { state: "underWay", operation: later } });
        }
        if (end === "failed") {
          const failure = new Failure({ code: "ScriptFailed", class: "retry", message: "exit 1" });
          found.set(name, { ...before, operation: { state: "failed", failure } });
        }
        if (end === "well" && before.state === "present") found.set(name, present({ ...before.value, size: 1 }));
      }
      return found;
    };
    const apply: ModelKind["apply"] = ({ now }) =>
      Promise.resolve({
        state: "pending",
        operation: { token: "cmd-1", startedAt: now, notBefore: now + minute, message: "installing" },
      });
    world.kinds = [{ ...net, observe, apply }, ...world.kinds.slice(1)];
  }

  test("what was started is kept, handed to the next look, and not started twice", async () => {
    const world = await readyWorld();
    let end: "underWay" | "well" = "underWay";
    starting(world, () => end);
    world.meddle("net/a", { size: 99 });
    const first = await world.run();
    expect(first.record?.end).toBe("Progressing");
    expect(first.record?.actions.map(({ outcome }) => outcome.state)).toEqual(["pending"]);
    expect(world.store.status?.resources["net/a"]?.operation?.token).toBe("cmd-1");
    const second = await world.run({ request: { force: true } });
    expect(second.record?.actions).toEqual([]);
    expect(second.record?.held[0]?.hold.reason).toBe("UnderWay");
    expect(second.record?.runAgainAt).toBe(world.clock.now() + minute);
    end = "well";
    world.meddle("net/a", { size: 1 });
    expect((await world.run()).record?.end).toBe("Ready");
    expect(world.store.status?.resources["net/a"]?.operation).toBeUndefined();
  });

  test("it is not forgotten while its host is silent", async () => {
    const world = await readyWorld();
    starting(world, () => "underWay");
    world.meddle("net/a", { size: 99 });
    await world.run();
    world.kinds = world.kinds.map((kind, index) =>
      index === 0 ? { ...kind, observe: () => Promise.reject(new Error("silent")) } : kind,
    );
    await world.run();
    expect(syncOf(world, "net/a")).toBe("Unknown");
    expect(world.store.status?.resources["net/a"]?.operation?.token).toBe("cmd-1");
  });

  test("one that ends badly is backed off like any failure", async () => {
    const world = await readyWorld();
    starting(world, () => "failed");
    world.meddle("net/a", { size: 99 });
    await world.run();
    world.clock.advance(2 * minute);
    const { record } = await world.run();
    expect(record?.end).toBe("Failed");
    expect(world.store.status?.resources["net/a"]?.failure).toMatchObject({ code: "ScriptFailed" });
  });
});

describe("lease, notes and deaths", () => {
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
      ...world.engine(
        new ModelProcess({ before: ({ name }) => name === "state:plan" && world.clock.advance(leaseTtl) }),
      ),
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
});

describe("what is written down", () => {
  test("the plan is stored before its first write, and the history tells before and after", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    const { record, calls } = await world.run({ request: { trigger: "schedule" } });
    const writes = calls.filter(({ write }) => write).map(({ name }) => name);
    expect(writes).toEqual([
      "lease:acquire",
      "state:plan",
      "net/a:update",
      "state:status",
      "state:history",
      "state:heartbeat",
      "lease:release",
    ]);
    expect(world.store.history.at(-1)).toEqual({ ...record, notes: [] });
    expect(record?.actions).toMatchObject([
      { target: { kind: "net", name: "a" }, changes: [{ path: "size", from: 99, to: 1 }], round: 1 },
    ]);
  });

  test("since moves with sync and lastTransitionTime with the status only", async () => {
    const world = await readyWorld();
    const began = world.clock.now();
    world.store.suspension = { until: began + 500 * minute, reason: "wait", by: "jo" };
    world.meddle("net/a", { size: 99 });
    world.clock.advance(minute);
    await world.run();
    const drifted = world.clock.now();
    world.clock.advance(minute);
    world.meddle("net/b", { size: 99 });
    await world.run();
    expect(condition(world, "Drifted")).toMatchObject({ lastTransitionTime: drifted, message: "net/a; net/b" });
    expect(world.store.status?.resources["net/a"]?.since).toBe(drifted);
    expect(world.store.status?.resources["net/b"]?.since).toBe(drifted + minute);
    expect(world.store.status?.resources["disk/data"]?.since).toBeLessThanOrEqual(began);
  });

  test("heals that grow old change nothing that is stored", async () => {
    const world = await readyWorld();
    const before = JSON.stringify(world.store.status);
    world.clock.advance(48 * 60 * minute);
    await world.run();
    expect(JSON.stringify(world.store.status)).toBe(before);
  });

  test("a preview is the run's own plan, and writes nothing", async () => {
    const world = await readyWorld();
    world.meddle("net/a", { size: 99 });
    world.state.things.delete("app/web");
    const { plan, calls } = await world.preview();
    expect(calls.filter(({ write }) => write)).toEqual([]);
    await world.run();
    expect(world.store.plan?.plan.digest).toBe(plan?.digest);
    expect(world.store.plan?.plan.actions).toEqual(plan?.actions);
  });

  test("a file is planned for without a store, as if nothing was ever done", async () => {
    const world = new ModelWorld();
    const candidate = world.push(sampleFleet);
    const { plan } = await preview(world.engine(new ModelProcess()), "model", nothingKnown, { candidate });
    expect(plan?.actions.map(({ verb }) => verb)).toEqual(Array(6).fill("create"));
    expect(plan?.actions.filter(({ held }) => held !== undefined)).toEqual([]);
  });

  test("a candidate file is planned as if it were pushed", async () => {
    const world = await readyWorld();
    const candidate = { ...world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, app: {} } }), sequence: 0 };
    world.push(sampleFleet);
    const { plan, accepted } = await world.preview({ candidate });
    expect(accepted.reason).toBe("RevisionValid");
    expect(plan?.actions.map(({ verb, target }) => `${verb} ${target.kind}/${target.name}`)).toEqual([
      "delete app/web",
    ]);
  });

  test("everything declared is in the inventory, and what left the file stays in it while it can't be observed", async () => {
    const world = await readyWorld();
    expect(world.store.status?.inventory).toEqual({
      app: ["web"],
      disk: ["data"],
      host: ["main", "spare"],
      net: ["a", "b"],
    });
    world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, app: {} } });
    world.kinds = world.kinds.map((kind) =>
      kind.kind === "app" ? { ...kind, observe: () => Promise.reject(new Error("silent")) } : kind,
    );
    const { record } = await world.run();
    expect(record?.end).toBe("Unknown");
    expect(syncOf(world, "app/web")).toBe("Unknown");
    expect(world.store.status?.inventory["app"]).toEqual(["web"]);
  });

  test("a thing that was never ours, and one that is kept on purpose, are forgotten when they leave the file", async () => {
    const world = await readyWorld();
    world.meddle("app/web", { owner: "others" });
    await world.run();
    expect(syncOf(world, "app/web")).toBe("Held");
    world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, app: {} } });
    expect((await world.run()).record?.end).toBe("Ready");
    expect(world.thing("app/web")).toBeDefined();
    expect(world.store.status?.inventory["app"]).toBeUndefined();
    expect(syncOf(world, "app/web")).toBeUndefined();
  });
});
