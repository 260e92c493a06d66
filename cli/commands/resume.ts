import { resume } from "../../shared/store/suspension.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { fleetOf, openState } from "../state.ts";

/** `resume`: ends a suspension; a fleet that isn't suspended stays as it is. */
export async function run(
  io: Io,
  _: readonly string[],
  options: CommonOptions & { readonly fleet?: string },
): Promise<number> {
  const store = await openState(io, options);
  const fleet = await fleetOf(store, options.fleet);
  const before = await resume(store, fleet);
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, fleet, wasSuspended: before !== undefined }, null, 2)}\n`);
  } else {
    io.stdout.write(before === undefined ? `${fleet} was not suspended\n` : `${fleet} is no longer suspended\n`);
  }
  return 0;
}
