import type { Access } from "../../sandbox/hosted-service.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type Crash, SandboxHandler } from "../../sandbox/sdk-handler.ts";

/** A world that a run works on. Everything that a crash leaves behind is in its sandbox. */
export interface CrashWorld {
  readonly sandbox: Sandbox;
}

export interface CrashScenario<World extends CrashWorld> {
  /** A new world as it is before the run. Must be the same each time: same seed, same clock. */
  make(): Promise<World> | World;
  /** The run that may die: one process, so all its clients must speak through this one handler. */
  run(world: World, handler: SandboxHandler): Promise<unknown>;
  /** What comes after, by living processes: time passes until a dead holder's lease has ended, and the next run. */
  recover(world: World, handler: SandboxHandler): Promise<unknown>;
  /** What must be the same however often the run died: lines, without times and random identifiers, sorted. */
  end(world: World): readonly string[];
}

export interface CrashFailure extends Crash {
  readonly why: "recovery failed" | "another end" | "the run didn't get there";
  /** The operation at which the process died. */
  readonly operation: string;
  /** Of another end: the lines that only one of the two has, `-` where the undisturbed one has it. */
  readonly detail: unknown;
}

export interface CrashReport {
  /** Calls of an undisturbed run; each was died before and after. */
  readonly calls: number;
  readonly worlds: number;
  readonly failures: readonly CrashFailure[];
}

/**
 * Lets a run die right before and right after every single one of its calls, each time in a new world, and compares the
 * end after recovery with that of a run that lived. `recover` also follows the undisturbed run, so that both ends are of
 * the same number of runs.
 * @param only which points to try: every one unless told, for a quick sample; `access` is that of the call there
 */
export async function crashEverywhere<World extends CrashWorld>(
  scenario: CrashScenario<World>,
  only: (crash: Crash, access: Access) => boolean = () => true,
): Promise<CrashReport> {
  const undisturbed = await scenario.make();
  const handler = new SandboxHandler(undisturbed.sandbox);
  await scenario.run(undisturbed, handler);
  const { calls } = handler;
  const accesses = undisturbed.sandbox.calls
    .all()
    .slice(-calls)
    .map(({ access }) => access);
  await scenario.recover(undisturbed, new SandboxHandler(undisturbed.sandbox));
  const expected = scenario.end(undisturbed);
  const failures: CrashFailure[] = [];
  let worlds = 1;
  for (let at = 1; at <= calls; at += 1) {
    for (const when of ["before", "after"] as const) {
      if (!only({ at, when }, accesses[at - 1] ?? "write")) continue;
      worlds += 1;
      const failure = await crashOnce(scenario, { at, when }, expected);
      if (failure !== undefined) failures.push(failure);
    }
  }
  return { calls, worlds, failures };
}

async function crashOnce<World extends CrashWorld>(
  scenario: CrashScenario<World>,
  crash: Crash,
  expected: readonly string[],
): Promise<CrashFailure | undefined> {
  const world = await scenario.make();
  const handler = new SandboxHandler(world.sandbox, crash);
  const callsBefore = world.sandbox.calls.count;
  // Whatever the dying run says is of no interest: nobody is left to hear it.
  await scenario.run(world, handler).catch(() => undefined);
  const last = world.sandbox.calls.all().at(-1);
  const operation =
    world.sandbox.calls.count === callsBefore || last === undefined
      ? "nothing yet"
      : `${last.service} ${last.operation}`;
  if (!handler.dead) return { ...crash, operation, why: "the run didn't get there", detail: handler.calls };
  try {
    await scenario.recover(world, new SandboxHandler(world.sandbox));
  } catch (error) {
    return { ...crash, operation, why: "recovery failed", detail: error };
  }
  const detail = lineDifference(expected, scenario.end(world));
  return detail.length === 0 ? undefined : { ...crash, operation, why: "another end", detail };
}

/** Lines that only one of two lists has, as often as it has them more, with `-` and `+` in front. */
export function lineDifference(expected: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...found];
  const missing = expected.filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  return [...missing.map((line) => `- ${line}`), ...left.map((line) => `+ ${line}`)];
}
