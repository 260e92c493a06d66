import { stringify } from "yaml";
import { Failure } from "../../shared/engine/failure.ts";
import { convertToAutoscaler } from "../../shared/resources/runner/convert.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { runnerFleetsOf, validFleet } from "../valid-fleet.ts";

interface Options extends CommonOptions {
  readonly file?: string;
  readonly only?: string;
}

/** `convert --to docker-autoscaler`: new fleets for `runners.fleets` on stdout, what can't be carried over on stderr. */
export async function run(io: Io, _: readonly string[], options: Options): Promise<number> {
  const fleet = await validFleet(options.file, io);
  const old = runnerFleetsOf(fleet, options.only).flatMap((one) => (one.executor === "docker+machine" ? [one] : []));
  if (old.length === 0) {
    throw new Failure({ code: "NothingToConvert", class: "terminal", message: "no fleet here is docker+machine" });
  }
  const converted = old.map((one) => ({ from: one.name, ...convertToAutoscaler(one) }));
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, converted }, null, 2)}\n`);
    return 0;
  }
  io.stdout.write(
    stringify(
      converted.map((one) => one.fleet),
      { lineWidth: 120 },
    ),
  );
  for (const { from, notes } of converted) {
    for (const note of notes) io.stderr.write(`${from}: ${note.path}: ${note.message}\n`);
  }
  return 0;
}
