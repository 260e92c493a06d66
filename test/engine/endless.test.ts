import { expect, test } from "vitest";
import { Failure } from "../../shared/engine/failure.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { minute, readyWorld } from "./scenario.ts";

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
