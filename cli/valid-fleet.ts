import type { Fleet } from "../shared/desired/fleet.ts";
import { problemsText } from "../shared/desired/problem-text.ts";
import { Failure } from "../shared/engine/failure.ts";
import { parseFleetFile, readFleetFile } from "./fleet-file.ts";
import type { Io } from "./io.ts";

/** A fleet file for commands that only read it. @throws Failure `FileInvalid`, with every problem in its message */
export async function validFleet(file: string | undefined, io: Io): Promise<Fleet> {
  if (file === undefined) {
    throw new Failure({
      code: "FileNotNamed",
      class: "terminal",
      message: "this command needs a fleet file, and none is named",
      hint: "give -f FILE",
    });
  }
  const result = parseFleetFile(await readFleetFile(file, io.cwd));
  if (result.ok) return result.fleet;
  throw new Failure({ code: "FileInvalid", class: "terminal", message: problemsText(result.problems) });
}

/** The fleets of machines in a file, or the one of a name. @throws Failure where there is none */
export function runnerFleetsOf(fleet: Fleet, name: string | undefined) {
  const all = fleet.spec.runners?.fleets ?? [];
  const found = name === undefined ? all : all.filter((one) => one.name === name);
  if (found.length > 0) return found;
  throw new Failure({
    code: "NoSuchFleet",
    class: "terminal",
    message: name === undefined ? "the file has no runners.fleets" : `the file has no fleet ${name} in runners.fleets`,
    ...(all.length === 0 ? {} : { hint: `it has ${all.map((one) => one.name).join(", ")}` }),
  });
}
