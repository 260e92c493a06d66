import { parseDuration } from "../../shared/desired/duration.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { instant } from "../../shared/report/age.ts";
import { suspend } from "../../shared/store/suspension.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { fleetOf, openState, personOf } from "../state.ts";

interface SuspendOptions extends CommonOptions {
  readonly fleet?: string;
  readonly for: string;
  readonly reason: string;
}

/** `suspend --for DURATION --reason TEXT`: the reconciler looks and reports, and writes nothing until then. */
export async function run(io: Io, _: readonly string[], options: SuspendOptions): Promise<number> {
  const store = await openState(io, options);
  const fleet = await fleetOf(store, options.fleet);
  const now = io.now();
  const suspension = { until: now + durationOf(options.for), reason: options.reason, by: personOf(io) };
  await suspend(store, fleet, suspension, now);
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, fleet, suspension }, null, 2)}\n`);
  } else {
    io.stdout.write(`${fleet} is suspended until ${instant(suspension.until)}: ${suspension.reason}\n`);
  }
  return 0;
}

function durationOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new Failure({
    code: "InvalidArgument",
    class: "terminal",
    message: `--for must be a duration, not ${JSON.stringify(text)}`,
    hint: "write it like 30m, 2h or 1d",
  });
}
