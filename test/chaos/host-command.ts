import { crashEverywhere } from "../harness/crash.ts";
import { hostScenario } from "../harness/host-crash.ts";

export interface HostCrashOptions {
  /** 1: dies before and after every call; N: at every Nth of these points. */
  readonly every: number;
  /** Which of them is the first: hosts of several machines can share the points. */
  readonly seed: number;
  readonly write: (line: string) => void;
  readonly progress: (text: string) => void;
}

/** Lets the runs that make a host and all that runs on it die, each time in a new world. */
export async function runHostCrashes({ every, seed, write, progress }: HostCrashOptions): Promise<boolean> {
  const scenario = hostScenario();
  let points = 0;
  try {
    const { calls, worlds, failures } = await crashEverywhere(scenario, ({ at, when }) => {
      const taken = (2 * at + (when === "after" ? 1 : 0) + seed) % every === 0;
      if (taken) points += 1;
      progress(`${points} crashes, call ${at}`);
      return taken;
    });
    progress("");
    for (const { at, when, operation, why, detail } of failures) {
      const text = detail instanceof Error ? (detail.stack ?? detail.message) : JSON.stringify(detail, null, 1);
      write(`killed ${when} call ${at} (${operation}): ${why}\n${text}`);
    }
    write(`${calls} calls from nothing to Ready, ${worlds - 1} crashes, ${failures.length} violations`);
    return failures.length === 0;
  } finally {
    await scenario.close();
  }
}
