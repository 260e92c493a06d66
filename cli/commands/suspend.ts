import { instant } from "../../shared/report/age.ts";
import { suspend } from "../../shared/store/suspension.ts";
import type { Io } from "../io.ts";
import { type CommonOptions, durationOf } from "../options.ts";
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
  const suspension = { until: now + durationOf("--for", options.for), reason: options.reason, by: personOf(io) };
  await suspend(store, fleet, suspension, now);
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, fleet, suspension }, null, 2)}\n`);
  } else {
    io.stdout.write(`${fleet} is suspended until ${instant(suspension.until)}: ${suspension.reason}\n`);
  }
  return 0;
}
