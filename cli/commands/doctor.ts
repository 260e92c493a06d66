import { randomUUID } from "node:crypto";
import { problemsText } from "../../shared/desired/problem-text.ts";
import type { Diagnosis } from "../../shared/doctor/diagnosis.ts";
import { examine } from "../../shared/doctor/examine.ts";
import type { Style } from "../../shared/report/style.ts";
import { parseFleetFile, readFleetFile } from "../fleet-file.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { awsConfig } from "../state.ts";
import { styleOf } from "../style.ts";
import { invalid } from "./push.ts";

/** `doctor FILE`: what would go wrong before it does. Only reads. Exit 0 all well, 2 warnings or unknown, 1 something is wrong. */
export async function run(io: Io, [name = ""]: readonly string[], options: CommonOptions): Promise<number> {
  const parsed = parseFleetFile(await readFleetFile(name, io.cwd));
  if (!parsed.ok) {
    io.stderr.write(`${problemsText(parsed.problems)}\n`);
    throw invalid(name);
  }
  const aws = awsConfig(io, options, parsed.fleet.spec.region);
  const [{ accountReader }, { readersOf }, { callerIdentity }, { topicReader }] = await Promise.all([
    import("../../shared/aws/account.ts"),
    import("../../shared/aws/access.ts"),
    import("../../shared/aws/caller.ts"),
    import("../../shared/aws/topic-reader.ts"),
  ]);
  const readers = readersOf(aws, { clock: { now: io.now, sleep: io.sleep }, newId: randomUUID });
  const identify = () => callerIdentity(aws);
  const diagnoses = await examine(parsed.fleet, accountReader(aws), readers, identify, topicReader(aws));
  io.stdout.write(
    options.output === "json"
      ? `${JSON.stringify({ version: 1, checks: diagnoses }, null, 2)}\n`
      : diagnoses.map((one) => line(one, styleOf(io.stdout, io))).join(""),
  );
  if (diagnoses.some(({ verdict }) => verdict === "wrong")) return 1;
  return diagnoses.every(({ verdict }) => verdict === "ok") ? 0 : 2;
}

function line({ check, verdict, message, hint }: Diagnosis, style: Style): string {
  const mark = verdict === "ok" ? style.good("ok     ") : style.bad(verdict.padEnd(7));
  return `${mark} ${check}: ${message}\n${hint === undefined || verdict === "ok" ? "" : `        to mend it: ${hint}\n`}`;
}
