/** What can go wrong with a command on its way through a host, beside what AWS does. */
export type HostFaultEffect =
  /** The script is killed right before its n-th command, counted from 1; whatever it runs dies with it. */
  | { readonly type: "kill"; readonly atCommand: number }
  /**
   * The script's Python is killed right before its n-th effect (a file written, renamed, removed or given a time, a program
   * started) or line of its own, counted from 1; all else on the host dies with it.
   */
  | { readonly type: "kill-python"; readonly at: "effect" | "line"; readonly count: number }
  /** The agent goes away before or after the script ran; Systems Manager never hears of it. */
  | { readonly type: "lost"; readonly when: "before" | "after" }
  /** The script ran, and its output has gone. */
  | { readonly type: "output-lost" }
  /** The script ran; of its output only this many characters came. */
  | { readonly type: "output-cut"; readonly characters: number };

export interface HostFault {
  /** A document's name without `fleetkeeper-`; all where it is missing. */
  readonly document?: string;
  readonly instanceId?: string;
  /** Matches to let pass first. Default 0. */
  readonly after?: number;
  /** Default 1. */
  readonly times?: number;
  readonly effect: HostFaultEffect;
}

export class HostFaults {
  #rules: { readonly fault: HostFault; matches: number; fired: number }[] = [];

  /** How many times the faults of now have hit. */
  get fired(): number {
    return this.#rules.reduce((sum, { fired }) => sum + fired, 0);
  }

  add(fault: HostFault): void {
    this.#rules.push({ fault, matches: 0, fired: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  judge(document: string | undefined, instanceId: string): HostFaultEffect | undefined {
    for (const rule of this.#rules) {
      const { fault } = rule;
      if (fault.document !== undefined && fault.document !== document) continue;
      if (fault.instanceId !== undefined && fault.instanceId !== instanceId) continue;
      rule.matches += 1;
      if (rule.matches <= (fault.after ?? 0) || rule.fired >= (fault.times ?? 1)) continue;
      rule.fired += 1;
      return fault.effect;
    }
    return undefined;
  }
}

/** Sourced by bash before the script's first line: counts commands, functions and subshells too, and kills at one of them. */
export function killScript(atCommand: number): string {
  return [
    "unset BASH_ENV",
    "set -T",
    "sandbox_commands=0",
    `trap 'sandbox_commands=$((sandbox_commands + 1)); if ((sandbox_commands == ${atCommand})); then kill -KILL $$; fi' DEBUG`,
    "",
  ].join("\n");
}

/**
 * Python imports it before its program. Audit events are raised right before what they tell of.
 * Source: https://docs.python.org/3/library/audit_events.html
 */
export function killPython(at: "effect" | "line", count: number): string {
  return `import os, signal, sys
seen = 0
def count():
    global seen
    seen += 1
    if seen == ${count}:
        os.kill(-1, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
effects = {"os.rename", "os.remove", "os.mkdir", "os.utime", "subprocess.Popen"}
def heard(event, given):
    writes = event == "open" and isinstance(given[0], str) and given[2] & (os.O_WRONLY | os.O_RDWR)
    if event in effects or writes:
        count()
def traced(frame, event, _):
    if not frame.f_code.co_filename.startswith("/run/fleetkeeper/"):
        return None
    if event == "line":
        count()
    return traced
${at === "effect" ? "sys.addaudithook(heard)" : "sys.settrace(traced)"}
`;
}
