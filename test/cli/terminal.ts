import type { Io } from "../../cli/io.ts";
import { runCommandLine } from "../../cli/program.ts";

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command as a user would type it, without starting a process. Environment is only what is given. */
export async function fleetkeeper(
  line: string | readonly string[],
  env: Io["env"] = {},
  cwd = process.cwd(),
  time: Pick<Io, "now" | "sleep"> = {
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  },
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const argv = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line;
  const exit = await runCommandLine(argv, {
    env,
    cwd,
    stdout: { write: (text) => out.push(text), isTerminal: false, columns: 100 },
    stderr: { write: (text) => err.push(text), isTerminal: false, columns: 100 },
    interrupted: new AbortController().signal,
    ...time,
    random: Math.random,
  });
  return { exit, stdout: out.join(""), stderr: err.join("") };
}
