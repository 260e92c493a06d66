import { Failure } from "../../shared/engine/failure.ts";
import { scheduleText } from "../../shared/report/schedule-text.ts";
import { explainSchedule } from "../../shared/resources/runner/schedule.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { runnerFleetsOf, validFleet } from "../valid-fleet.ts";

interface Options extends CommonOptions {
  readonly file?: string;
  readonly only?: string;
  readonly week?: string;
}

/** `explain schedule`: idle machines hour by hour through a week, as the runner's own rules have it. */
export async function run(io: Io, [topic]: readonly string[], options: Options): Promise<number> {
  if (topic !== "schedule") {
    throw new Failure({
      code: "NoSuchTopic",
      class: "terminal",
      message: `there is nothing to explain of ${topic ?? "nothing"}`,
      hint: "explain schedule",
    });
  }
  const at = options.week === undefined ? io.now() : Date.parse(options.week);
  if (Number.isNaN(at)) {
    throw new Failure({
      code: "BadOption",
      class: "terminal",
      message: `--week must be a date such as 2026-10-25, not ${JSON.stringify(options.week)}`,
    });
  }
  const fleet = await validFleet(options.file, io);
  const explanations = runnerFleetsOf(fleet, options.only).map((one) => explainSchedule(one, at));
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, fleet: fleet.metadata.name, schedules: explanations }, null, 2)}\n`
      : explanations.map(scheduleText).join("\n"),
  );
  return 0;
}
