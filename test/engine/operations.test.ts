import { expect, test } from "vitest";
import { Failure } from "../../shared/engine/failure.ts";
import { absent, present } from "../../shared/engine/observation.ts";
import type { ModelKind } from "./model-kind.ts";
import type { ModelWorld } from "./model-world.ts";
import { minute, readyWorld, syncOf } from "./scenario.ts";

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
