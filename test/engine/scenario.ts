import { expect } from "vitest";
import type { Condition, ConditionType } from "../../shared/engine/condition.ts";
import type { Sync } from "../../shared/engine/status.ts";
import type { ModelFleet, ModelKind } from "./model-kind.ts";
import { ModelWorld, sampleFleet } from "./model-world.ts";

export const minute = 60_000;

/** A world that a first run has made Ready, with nothing written or told since. */
export async function readyWorld(fleet: ModelFleet = sampleFleet): Promise<ModelWorld> {
  const world = new ModelWorld();
  world.push(fleet);
  const { record } = await world.run();
  expect(record?.end).toBe("Ready");
  world.state.writes.length = 0;
  world.events.length = 0;
  return world;
}

export function condition(world: ModelWorld, type: ConditionType): Condition | undefined {
  return world.store.status?.conditions.find((one) => one.type === type);
}

export function syncOf(world: ModelWorld, key: string): Sync | undefined {
  return world.store.status?.resources[key]?.sync;
}

/** A fleet whose one thing is `risk` to resize, already resized in the file. */
export function resizing(risk: "disruptive" | "destructive", size: number): ModelFleet {
  return { name: "model", mode: "Enforce", kinds: { net: { a: { size, risk }, b: { size: 1 } } } };
}

/** The world's first kind with another apply. */
export function withApply(world: ModelWorld, apply: ModelKind["apply"]): void {
  world.kinds = world.kinds.map((kind, index) => (index === 0 ? { ...kind, apply } : kind));
}
