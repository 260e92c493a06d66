import type { Problem } from "../../shared/desired/problem.ts";
import { problemJson, problemsText } from "../../shared/desired/problem-text.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { parseFleetFile, readFleetFile } from "../fleet-file.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";

interface Checked {
  readonly file: string;
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  /** Where the file couldn't even be read. */
  readonly failure?: Failure;
}

/** `validate FILE...`: every problem of every file at once. Exit 0 where all are valid (warnings allowed), else 1. */
export async function run(io: Io, files: readonly string[], options: CommonOptions): Promise<number> {
  const checked: Checked[] = [];
  for (const file of files) checked.push(await check(file, io.cwd));
  const valid = checked.every((one) => one.valid);
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, valid, files: checked.map(checkedJson) }, null, 2)}\n`);
    return valid ? 0 : 1;
  }
  for (const { file, failure, problems, ...one } of checked) {
    if (failure !== undefined) io.stderr.write(`${failure.message}\n`);
    if (problems.length > 0) io.stderr.write(`${problemsText(problems)}\n`);
    if (one.valid) io.stdout.write(`${file}: valid\n`);
  }
  return valid ? 0 : 1;
}

async function check(file: string, cwd: string): Promise<Checked> {
  try {
    const result = parseFleetFile(await readFleetFile(file, cwd));
    return { file, valid: result.ok, problems: result.ok ? result.warnings : result.problems };
  } catch (error) {
    if (error instanceof Failure) return { file, valid: false, problems: [], failure: error };
    throw error;
  }
}

function checkedJson({ file, valid, problems, failure }: Checked): object {
  const unread = failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } };
  return { file, valid, problems: problems.map(problemJson), ...unread };
}
