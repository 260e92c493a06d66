import type { ConfigPath } from "../../desired/runners/lint.ts";

/**
 * What a change of config.toml means for the running manager and its machines.
 *
 * - `reload`: read within seconds; no job notices.
 * - `restart`: read at start only, so the manager must be drained and started again.
 * - `disown`: the manager finds its machines by token and `MachineName`; those of the old name are no longer its own, so the
 *   section is drained and its machines collected first.
 * - `owned`: the runner's own keys; never written by us.
 */
export type ConfigEffect = "reload" | "restart" | "disown" | "owned";

interface Rule {
  /** `*` is any one part, `**` the rest. The first rule that fits decides. */
  readonly path: readonly string[];
  readonly effect: ConfigEffect;
  /** Why, as a clause. */
  readonly why: string;
}

/** Keys of a `[[runners]]` that the runner writes itself: at registration and when it renews its token. */
export const runnerOwnedKeys = ["id", "token", "token_obtained_at", "token_expires_at"] as const;

/** Source: GitLab Runner docs "Advanced configuration"; gitlab-runner `commands/multi.go`, `executors/docker/machine`. */
const effectRules: readonly Rule[] = [
  ...runnerOwnedKeys.map((key) => ({
    path: ["runners", "*", key],
    effect: "owned" as const,
    why: "the runner keeps this key itself",
  })),
  { path: ["listen_address"], effect: "restart", why: "the metrics address is read at start only" },
  { path: ["session_server", "**"], effect: "restart", why: "the session server is set up at start only" },
  {
    path: ["runners", "*", "machine", "MachineName"],
    effect: "disown",
    why: "the manager finds its machines by this name",
  },
  {
    path: ["runners", "*", "machine", "MachineDriver"],
    effect: "disown",
    why: "machines of another driver are not its own",
  },
  { path: ["runners", "*", "executor"], effect: "disown", why: "another executor has no machines of the old one" },
  { path: ["runners", "*", "url"], effect: "disown", why: "another GitLab gives another token" },
  {
    path: ["runners", "*", "autoscaler", "policy", "**"],
    effect: "reload",
    why: "policies are read again (17.5 and later)",
  },
  { path: ["runners", "*", "autoscaler", "**"], effect: "restart", why: "the autoscaler is set up once" },
  { path: ["runners", "*"], effect: "reload", why: "a section" },
];

export function effectOf(path: ConfigPath): { readonly effect: ConfigEffect; readonly why: string } {
  const parts = path.map(String);
  const rule = effectRules.find((candidate) => fits(candidate.path, parts));
  return rule === undefined ? { effect: "reload", why: "read within seconds" } : { effect: rule.effect, why: rule.why };
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  for (const [index, part] of pattern.entries()) {
    if (part === "**") return true;
    if (part !== "*" && part !== parts[index]) return false;
  }
  return pattern.length === parts.length;
}
