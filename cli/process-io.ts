import { setTimeout as sleep } from "node:timers/promises";
import type { Io, Output } from "./io.ts";

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? 100;
    },
  };
}

/** The real process. A first interrupt asks for an orderly end; a second one ends at once. */
export function processIo(): Io {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      interruption.abort();
    });
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    interrupted: interruption.signal,
    now: Date.now,
    sleep: async (milliseconds) => {
      await sleep(milliseconds);
    },
    random: Math.random,
  };
}
