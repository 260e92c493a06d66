import { Failure } from "../../shared/engine/failure.ts";
import { scheduleText } from "../../shared/report/schedule-text.ts";
import { upgradePath } from "../../shared/resources/gitlab/upgrade-path.ts";
import { upgradePlanText } from "../../shared/resources/gitlab/upgrade-text.ts";
import { wantedGitLab } from "../../shared/resources/gitlab/wanted.ts";
import { explainSchedule } from "../../shared/resources/runner/schedule.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { runnerFleetsOf, validFleet } from "../valid-fleet.ts";

interface Options extends CommonOptions {
  readonly file?: string;
  readonly only?: string;
  readonly week?: string;
  readonly from?: string;
  readonly postgresql?: string;
}

/**
 * `explain schedule`: idle machines hour by hour through a week, as the runner's own rules have it. `explain upgrade`: the
 * path from a version to the file's. Exit 2 where it is refused.
 */
export async function run(io: Io, [topic]: readonly string[], options: Options): Promise<number> {
  switch (topic) {
    case "schedule":
      return schedule(io, options);
    case "upgrade":
      return upgrade(io, options);
    default:
      throw new Failure({
        code: "NoSuchTopic",
        class: "terminal",
        message: `there is nothing to explain of ${topic ?? "nothing"}`,
        hint: "explain schedule, or explain upgrade",
      });
  }
}

async function schedule(io: Io, options: Options): Promise<number> {
  const at = options.week === undefined ? io.now() : Date.parse(options.week);
  if (Number.isNaN(at))
    throw badOption(`--week must be a date such as 2026-10-25, not ${JSON.stringify(options.week)}`);
  const fleet = await validFleet(options.file, io);
  const explanations = runnerFleetsOf(fleet, options.only).map((one) => explainSchedule(one, at));
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, fleet: fleet.metadata.name, schedules: explanations }, null, 2)}\n`
      : explanations.map(scheduleText).join("\n"),
  );
  return 0;
}

async function upgrade(io: Io, options: Options): Promise<number> {
  const from = /^(\d+\.\d+\.\d+)(?:-(ce|ee))?$/.exec(options.from ?? "");
  if (from === null) throw badOption("--from must be the version that runs, such as 17.8.7 or 17.8.7-ce");
  const postgresql = options.postgresql === undefined ? null : Number(options.postgresql);
  if (postgresql !== null && !Number.isInteger(postgresql)) throw badOption("--postgresql must be a number such as 16");
  const fleet = await validFleet(options.file, io);
  const wanted = wantedGitLab(fleet);
  if (wanted === undefined) throw badOption("the file has no host, and so no GitLab");
  const running = { version: from[1] ?? "", edition: from[2] === "ce" ? "ce" : "ee", postgresql } as const;
  const path = upgradePath(running, wanted);
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, fleet: fleet.metadata.name, running, wanted: wanted.version, ...path }, null, 2)}\n`
      : upgradePlanText(running, wanted, path),
  );
  return path.state === "refused" ? 2 : 0;
}

function badOption(message: string): Failure {
  return new Failure({ code: "BadOption", class: "terminal", message });
}
