import type { VersionDesired } from "./desired.ts";
import { imageOfStep } from "./host-requests.ts";
import type { VersionState } from "./state.ts";
import { nextStep } from "./upgrade-path.ts";
import { upgradeRefusalText } from "./upgrade-refusal.ts";
import type { UpgradeStep } from "./upgrade-step.ts";

/** What an upgrade does next. One thing at a time: pull, back up, step; between them it waits. */
export type UpgradePhase =
  | { readonly phase: "arrived" }
  /** Nothing is done until a person has acted. */
  | { readonly phase: "refused"; readonly why: string }
  | { readonly phase: "unknown"; readonly why: string }
  /** It goes on by itself. */
  | { readonly phase: "waiting"; readonly for: string }
  | { readonly phase: "pull"; readonly image: string; readonly step: UpgradeStep; readonly after: number }
  | { readonly phase: "backup"; readonly step: UpgradeStep; readonly after: number }
  | { readonly phase: "step"; readonly step: UpgradeStep; readonly after: number; readonly backup: string };

/** Milliseconds that a backup may be old when a step begins: what came after it is lost if the step must be undone. */
export const backupFreshness = 2 * 3_600_000;

/** Total and pure; made anew from what was observed, so a run that died in between changes nothing. */
export function upgradePhase(state: VersionState, { wanted }: VersionDesired): UpgradePhase {
  const { running, edition, check, restoring, ready } = state;
  if (restoring) {
    return {
      phase: "refused",
      why: "a restore was begun on this host and isn't finished: finish it with fleetkeeper restore",
    };
  }
  // Where PostgreSQL is unknown, everything else that speaks against it is still told.
  const next = nextStep({ version: running, edition, postgresql: check?.postgresql ?? null }, wanted);
  if (next.state === "arrived") return { phase: "arrived" };
  if (next.state === "refused") {
    return { phase: "refused", why: next.refusals.map(upgradeRefusalText).join("; ") };
  }
  const { step, after } = next;
  if (check === null) return { phase: "unknown", why: "GitLab could not be asked what an upgrade must wait for" };
  if (check.busy) return { phase: "waiting", for: "a backup, an upgrade or a restore that is under way on the host" };
  if (!ready) {
    return {
      phase: "refused",
      why: `GitLab ${running} isn't ready, and a step that failed is never followed by another: see fleetkeeper logs gitlab`,
    };
  }
  if (check.unfinished === null)
    return { phase: "unknown", why: "GitLab's background migrations could not be asked for" };
  if (check.failed !== null && check.failed > 0) {
    return {
      phase: "refused",
      why: `${check.failed} background migrations of GitLab ${running} failed: retry them in its admin area under Monitoring, Background migrations`,
    };
  }
  if (check.unfinished > 0) {
    return {
      phase: "waiting",
      for: `${check.unfinished} background migrations of GitLab ${running}: ${check.names.join(", ")}`,
    };
  }
  if (step.kind === "postgresql" && step.from === null) {
    return { phase: "unknown", why: "PostgreSQL could not be asked for its version" };
  }
  const image = imageOfStep(step);
  if (image !== undefined && !check.pulled.includes(image)) return { phase: "pull", image, step, after };
  if (state.backup === null) return { phase: "backup", step, after };
  if (state.snapshot === false) {
    return { phase: "waiting", for: `a snapshot of the data volume with the backup ${state.backup}` };
  }
  return { phase: "step", step, after, backup: state.backup };
}
