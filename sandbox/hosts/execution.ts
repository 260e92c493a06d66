import { spawn } from "node:child_process";
import type { HostOutcome, HostStep } from "../services/ssm/host-runner.ts";
import type { Host } from "./host.ts";
import { type HostFaultEffect, killPython, killScript } from "./host-faults.ts";
import { isolated } from "./isolation.ts";
import { pythonClock } from "./programs.ts";

/** One step of a document on its way through a host. */
export interface Execution {
  /** Of its files in the host's `/run/sandbox`: another one for each. */
  readonly name: string;
  readonly mode: "bubblewrap" | "unshare";
  readonly step: HostStep;
  /** What kills it, where something is to. */
  readonly effect: HostFaultEffect | undefined;
  /** Milliseconds by which the sandbox's time differs from this machine's. */
  readonly offset: number;
}

/** What a step printed may fill memory otherwise. */
const outputLimit = 4 * 2 ** 20;

/** Runs a script for real in its host's namespace. @param signal ends it as `cancelled` */
export async function execute(host: Host, execution: Execution, signal: AbortSignal): Promise<HostOutcome> {
  const { name, mode, step, effect, offset } = execution;
  const environment = {
    // As the agent's unit has it: little.
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
    ...step.environment,
    ...(effect?.type === "kill" ? { BASH_ENV: `/run/sandbox/${name}.kill` } : {}),
    PYTHONPATH: `/run/sandbox/${name}.python`,
  };
  const extra = {
    [name]: step.script,
    clock: String(offset),
    ...(effect?.type === "kill" ? { [`${name}.kill`]: killScript(effect.atCommand) } : {}),
    [`${name}.python/sitecustomize.py`]: `${pythonClock}${effect?.type === "kill-python" ? killPython(effect.at, effect.count) : ""}`,
  };
  const namespace = host.namespace(environment, extra);
  // The agent runs a file; without a first line that says otherwise, sh reads it.
  const command = step.script.startsWith("#!") ? [`/run/sandbox/${name}`] : ["/bin/sh", `/run/sandbox/${name}`];
  host.bridge.enter();
  try {
    return await outcomeOf(isolated(mode, namespace, command), step.timeoutSeconds, signal);
  } finally {
    host.bridge.leave();
  }
}

function outcomeOf(
  [program, ...args]: ReturnType<typeof isolated>,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<HostOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    collect(child.stdout, out);
    collect(child.stderr, err);
    let ended: "timed-out" | "cancelled" | undefined;
    const end = (how: "timed-out" | "cancelled") => {
      ended = how;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const timer = setTimeout(() => end("timed-out"), timeoutSeconds * 1000);
    const cancel = () => end("cancelled");
    signal.addEventListener("abort", cancel, { once: true });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      const stdout = Buffer.concat(out).toString("utf8");
      const stderr = Buffer.concat(err).toString("utf8");
      if (ended !== undefined) resolve({ kind: ended, stdout, stderr });
      else resolve({ kind: "exited", exitCode: code ?? 137, stdout, stderr });
    });
  });
}

function collect(stream: NodeJS.ReadableStream, into: Buffer[]): void {
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    if (size < outputLimit) into.push(chunk);
    size += chunk.length;
  });
}
