import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import type { FleetWorld } from "../harness/fleet-world.ts";
import { NappingHandler } from "./napping-handler.ts";
import { reconcilerKey } from "./watch.ts";

/** Who counts the runs of a life, and starts them. */
export interface Runs {
  readonly world: FleetWorld;
  run(reconciler: Reconciler, request?: Partial<RunRequest>): Promise<RunRecord>;
}

/** A reconciler as a process of its own, whose calls are told from people's by its key. */
export function openFor(
  world: FleetWorld,
  handler?: SandboxHandler,
  holder?: string,
  other?: Parameters<FleetWorld["reconciler"]>[2],
): Promise<Reconciler> {
  return world.reconciler(handler, holder, other, reconcilerKey);
}

/** A run that dies at one of its calls. @returns whether it lived long enough to die there */
export async function dyingRun(runs: Runs, crash: { readonly at: number; readonly when: "before" | "after" }) {
  const handler = new SandboxHandler(runs.world.sandbox, crash);
  const reconciler = await openFor(runs.world, handler);
  // Whatever the dying run says is of no interest: nobody is left to hear it.
  await runs.run(reconciler).catch(() => undefined);
  return handler.dead;
}

/** Two processes at once, the first of which is suspended for a while. */
export async function twoRuns(
  runs: Runs,
  { apart, napAfter, nap }: { readonly apart: number; readonly napAfter: number; readonly nap: number },
): Promise<void> {
  const { sandbox, clock } = runs.world;
  sandbox.latency = { from: 1, to: 400 };
  const sleepy = new NappingHandler(sandbox, clock, napAfter, nap);
  const first = await openFor(runs.world, sleepy, "first");
  const second = await openFor(runs.world, undefined, "second");
  const requestId = `second-${clock.now()}`;
  await Promise.all([runs.run(first), clock.sleep(apart + nap).then(() => runs.run(second, { requestId }))]);
  sandbox.latency = 0;
}

/** This machine's own clock jumps in the middle of a run; the store's doesn't. */
export async function runOnSteppingClock(runs: Runs, { at, by }: { readonly at: number; readonly by: number }) {
  const { sandbox, clock } = runs.world;
  const handler = new SandboxHandler(sandbox);
  const wall = () => clock.now() + (handler.calls >= at ? by : 0);
  const clocks = { wall, monotonic: () => clock.now() };
  await runs.run(await openFor(runs.world, handler, "stepping", { clocks }));
}

/** Somebody does one thing after the other while a run is under way. */
export async function runMeanwhile(runs: Runs, meanwhile: () => Promise<void>): Promise<void> {
  const { sandbox } = runs.world;
  sandbox.latency = { from: 1, to: 400 };
  await Promise.all([runs.run(await openFor(runs.world)), meanwhile()]);
  sandbox.latency = 0;
}
