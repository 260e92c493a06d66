import type { Policy } from "./desired-state.ts";
import type { Suspension } from "./state-port.ts";

export interface SuspensionInEffect {
  readonly source: "file" | "command";
  /** Epoch milliseconds. */
  readonly until: number;
  readonly reason: string;
}

/** Over by itself at `until`. Where both are in effect, the one that lasts longer is told. */
export function suspensionInEffect(
  policy: Policy | undefined,
  stored: Suspension | undefined,
  now: number,
): SuspensionInEffect | undefined {
  const candidates: SuspensionInEffect[] = [];
  if (stored !== undefined) candidates.push({ source: "command", until: stored.until, reason: stored.reason });
  if (policy?.suspend !== undefined) candidates.push({ source: "file", ...policy.suspend });
  return candidates.filter(({ until }) => until > now).sort((a, b) => b.until - a.until)[0];
}
