import { expect } from "vitest";
import type { Json } from "../../shared/engine/json.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import type { FleetStatus } from "../../shared/engine/status.ts";
import type { Fault, ProcessOptions } from "./model-process.ts";

/** What the properties need of a world, so that they hold for the model and for real kinds on the sandbox alike. */
export interface PropertyWorld {
  /** One run by a process of its own, which may meet faults or die. */
  run(options?: ProcessOptions): Promise<{
    readonly record: RunRecord | undefined;
    /** Every call in order; names of the store's start with `state:` or `lease:`. */
    readonly calls: readonly { readonly name: string; readonly write: boolean }[];
  }>;
  /** All that exists outside the store, without what differs from world to world (ids, times). */
  snapshot(): Json;
  /** What a run without a change must leave alone: status, plan and history. */
  memory(): Json;
  status(): FleetStatus | undefined;
  /** Time passes, so that leases and back-offs end. */
  rest(): void;
  /** Sentences about writes that must never happen: to foreign or unknown things, to undeclared fields, twice. */
  violations(): readonly string[];
}

/** More runs than a fleet needs from anywhere when nothing goes wrong. */
export const calmRuns = 3;

/** Runs until Ready and fails the test after `most` runs. Answers how many it took. */
export async function untilReady(world: PropertyWorld, most: number): Promise<number> {
  const ends: string[] = [];
  for (let runs = 1; runs <= most; runs += 1) {
    const { record } = await world.run();
    if (record?.end === "Ready") return runs;
    ends.push(`${record?.end ?? "died"}: ${record?.failure?.message ?? readyMessage(record)}`);
    world.rest();
  }
  expect.fail(`not Ready after ${most} runs:\n${ends.join("\n")}`);
}

function readyMessage(record: RunRecord | undefined): string {
  return record?.conditions.find(({ type }) => type === "Ready")?.message ?? "";
}

/** 1. After a run that reports Ready the next writes nothing but the lease and one heartbeat. */
export async function holdsStill(world: PropertyWorld): Promise<void> {
  const before = { world: world.snapshot(), memory: world.memory() };
  const { record, calls } = await world.run();
  expect(record?.end).toBe("Ready");
  const writes = calls.filter(({ write }) => write).map(({ name }) => name);
  expect(writes.filter((name) => !name.startsWith("lease:"))).toEqual(["state:heartbeat"]);
  expect({ world: world.snapshot(), memory: world.memory() }).toEqual(before);
}

/** 2. With k transient faults anywhere, Ready within k + `calmRuns` runs. */
export async function outlastsFaults(
  world: PropertyWorld,
  faults: readonly { readonly call: number; readonly fault: Exclude<Fault, "deny"> }[],
  end: Json,
): Promise<void> {
  for (const { call, fault } of faults) {
    await world.run({ faults: new Map([[call, fault]]) });
    world.rest();
  }
  await untilReady(world, calmRuns);
  expect(world.snapshot()).toEqual(end);
  expect(world.violations()).toEqual([]);
  await holdsStill(world);
}

/** 4. A process that dies around any call leaves nothing that the next ones can't finish. Answers whether it died. */
export async function outlivesCrash(
  world: PropertyWorld,
  crash: NonNullable<ProcessOptions["crash"]>,
  end: Json,
): Promise<boolean> {
  const { record } = await world.run({ crash });
  world.rest();
  await untilReady(world, calmRuns);
  expect(world.snapshot()).toEqual(end);
  expect(world.violations()).toEqual([]);
  await holdsStill(world);
  return record === undefined;
}

/** 4, exhaustively: a fresh world for each call, before and after it, until a run has fewer calls. */
export async function outlivesCrashAtEveryCall(make: () => PropertyWorld): Promise<number> {
  const calm = make();
  await untilReady(calm, calmRuns);
  const end = calm.snapshot();
  for (let call = 1; ; call += 1) {
    const died = await outlivesCrash(make(), { call, when: "before" }, end);
    await outlivesCrash(make(), { call, when: "after" }, end);
    if (!died) return call - 1;
  }
}

/** 7. What never falls from one status to the next. */
export function neverFalls(before: FleetStatus | undefined, after: FleetStatus | undefined): void {
  if (before === undefined || after === undefined) return;
  expect(after.epoch).toBeGreaterThanOrEqual(before.epoch);
  expect(after.observedGeneration).toBeGreaterThanOrEqual(before.observedGeneration);
}
