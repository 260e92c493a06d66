import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { seal } from "../../shared/engine/action.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import { withApplied, withFailure } from "../../shared/engine/memory.ts";
import type { ModelKind } from "./model-kind.ts";
import { sampleFleet } from "./model-world.ts";
import { condition, minute, readyWorld, syncOf, withApply } from "./scenario.ts";

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

test("a failure of the last revision doesn't hold what a candidate file plans", async () => {
  const world = await readyWorld();
  withApply(world, () => Promise.reject(new Failure({ code: "AccessDenied", class: "terminal", message: "denied" })));
  world.meddle("net/a", { size: 99 });
  await world.run();
  expect((await world.preview()).plan?.actions[0]?.held?.reason).toBe("TerminalFailure");
  const candidate = { ...world.push({ ...sampleFleet, kinds: { ...sampleFleet.kinds, app: {} } }), sequence: 0 };
  const { plan } = await world.preview({ candidate });
  expect(plan?.actions.find(({ target }) => target.name === "a")?.held).toBeUndefined();
});

test("a success starts the count of failures anew, also where more is left to do", () => {
  const target = { kind: "net", name: "a" };
  const draft = { target, verb: "update", changes: [], risk: "safe", reason: "so", ownership: "ours" } as const;
  const failure = new Failure({ code: "Throttled", class: "retry", message: "slow down" });
  const failed = withFailure(new Map(), "net/a", failure, 0, () => 1, defaultLimits);
  expect(withApplied(failed, seal(draft, null), 1).get("net/a")?.failure).toBeUndefined();
});

test("a run whose lease ends while it looks writes nothing, and no failure of it goes unheard", async () => {
  const world = await readyWorld();
  world.meddle("net/a", { size: 99 });
  world.kinds = world.kinds.map((kind) => ({
    ...kind,
    async observe(context: Parameters<ModelKind["observe"]>[0]) {
      const seen = await kind.observe(context);
      // The look takes longer than the lease lasts; the check before an action takes a while too.
      if (context.only === undefined) world.clock.advance(24 * 60 * minute);
      else await setImmediate();
      return seen;
    },
  }));
  const { record } = await world.run();
  expect(record).toMatchObject({ end: "Failed", failure: { code: "LeaseLost" } });
  expect(record?.actions.filter(({ outcome }) => outcome.state === "applied")).toEqual([]);
});
