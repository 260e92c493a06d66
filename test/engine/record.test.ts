import { expect, test } from "vitest";
import { nothingKnown, preview } from "../../shared/engine/preview.ts";
import { ModelProcess } from "./model-process.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { condition, minute, readyWorld, syncOf } from "./scenario.ts";

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
  expect(plan?.actions.map(({ verb, target }) => `${verb} ${target.kind}/${target.name}`)).toEqual(["delete app/web"]);
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
