import type { ActionDraft, Target } from "../../engine/action.ts";
import { isoTime } from "../../engine/clock.ts";
import type { BackupsDesired, RetentionDesired, VersionDesired } from "./desired.ts";
import type { BackupsState, RetentionState, VersionState } from "./state.ts";
import { upgradePath } from "./upgrade-path.ts";
import { upgradePhase } from "./upgrade-phase.ts";
import { type UpgradeStep, upgradeStepText } from "./upgrade-step.ts";
import { expectedDowntime, runnerBeside } from "./upgrade-text.ts";

const service: readonly Target[] = [{ kind: "stack", name: "service/gitlab" }];

/** At most one action: the next thing that the upgrade does. What restarts GitLab, and the backup before it, keep to the window. */
export function diffVersion(
  target: Target,
  observed: VersionState | undefined,
  desired: VersionDesired,
): readonly ActionDraft[] {
  // No GitLab yet: the stack makes one of the version that is wanted.
  if (observed === undefined) return [];
  const { wanted } = desired;
  const next = upgradePhase(observed, desired);
  const base = { target, verb: "update", ownership: "ours", needs: service } as const;
  const whole = {
    path: "version",
    from: shown(observed.running, observed.edition),
    to: shown(wanted.version, wanted.edition),
  };
  switch (next.phase) {
    case "arrived":
      return [];
    case "refused":
      return [
        {
          ...base,
          changes: [whole],
          risk: "disruptive",
          reason: `GitLab ${observed.running} runs and ${wanted.version} is wanted`,
          refused: next.why,
        },
      ];
    case "unknown":
    case "waiting":
      return [{ ...base, changes: [whole], risk: "disruptive", reason: way(observed, desired) }];
    case "pull":
      return [{ ...base, changes: [{ path: "image", to: next.image }], risk: "safe", reason: way(observed, desired) }];
    case "backup":
      return [
        {
          ...base,
          needs: [...service, ...bucketOf(desired)],
          changes: [{ path: "backup", to: `of GitLab ${observed.running} before ${aim(next.step)}` }],
          risk: "disruptive",
          reason: way(observed, desired),
        },
      ];
    case "step":
      return [{ ...base, changes: [changeOf(next.step)], risk: "disruptive", reason: way(observed, desired) }];
  }
}

function bucketOf({ backups }: VersionDesired): readonly Target[] {
  return backups === undefined ? [] : [{ kind: "backup-bucket", name: backups.place.bucket }];
}

function shown(version: string, edition: string): string {
  return `${version}-${edition}`;
}

function aim(step: UpgradeStep): string {
  switch (step.kind) {
    case "version":
      return step.to;
    case "edition":
      return step.to;
    case "postgresql":
      return `PostgreSQL ${step.to}`;
  }
}

function changeOf(step: UpgradeStep): { readonly path: string; readonly from: string; readonly to: string } {
  switch (step.kind) {
    case "version":
      return { path: "version", from: step.from, to: step.to };
    case "edition":
      return { path: "edition", from: step.from, to: step.to };
    case "postgresql":
      return { path: "postgresql", from: String(step.from ?? "unknown"), to: String(step.to) };
  }
}

/** The whole way that is left, with its price. */
function way({ running, edition, check }: VersionState, { wanted }: VersionDesired): string {
  const path = upgradePath({ version: running, edition, postgresql: check?.postgresql ?? null }, wanted);
  const steps = path.state === "path" ? path.steps : [];
  const [least, most] = expectedDowntime(steps);
  const list = steps.map(upgradeStepText).join(", ");
  return `GitLab's way to ${wanted.version}: ${list}; a backup before each, ${least} to ${most} minutes down in all, then the runner at ${runnerBeside(wanted.version)}`;
}

export function diffBackups(
  target: Target,
  observed: BackupsState | undefined,
  desired: BackupsDesired,
): readonly ActionDraft[] {
  if (observed === undefined || observed.dueSince === null || !observed.ready) return [];
  const { newest, dueSince } = observed;
  const needs = [...service, { kind: "backup-bucket", name: desired.place.bucket }];
  const to = `scheduled for ${isoTime(dueSince)}`;
  const changes = [{ path: "newest", ...(newest === null ? {} : { from: newest.id }), to }];
  return [
    {
      target,
      verb: "update",
      ownership: "ours",
      needs,
      changes,
      risk: "safe",
      routine: true,
      reason: `a backup has been due since ${isoTime(dueSince)}`,
    },
  ];
}

/** Deleting is healing: what may go is proven by its own manifest, or by having none for a week; its versions stay on. */
export function diffRetention(
  target: Target,
  observed: RetentionState | undefined,
  { place, retention }: RetentionDesired,
): readonly ActionDraft[] {
  if (observed === undefined) return [];
  const { expired, broken } = observed;
  const base = {
    target,
    verb: "update",
    ownership: "ours",
    needs: [{ kind: "backup-bucket", name: place.bucket }],
    risk: "safe",
    routine: true,
  } as const;
  const drafts: ActionDraft[] = [];
  if (expired.length > 0) {
    drafts.push({
      ...base,
      changes: expired.map(({ id, createdAt }) => ({ path: `expired[${id}]`, from: isoTime(createdAt) })),
      reason: `${expired.length} backups are older than ${retention.days} days`,
    });
  }
  if (broken.length > 0) {
    drafts.push({
      ...base,
      changes: broken.map(({ id, createdAt }) => ({ path: `broken[${id}]`, from: isoTime(createdAt) })),
      reason: `${broken.length} backups were broken off over a week ago`,
    });
  }
  return drafts;
}
