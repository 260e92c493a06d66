/** What can go wrong with a command on its way through a host, beside what AWS does. */
export type HostFaultEffect =
  /** The script is killed right before its n-th command, counted from 1; whatever it runs dies with it. */
  | { readonly type: "kill"; readonly atCommand: number }
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
