import {
  compareGitLabVersions,
  compareMinors,
  type GitLabEdition,
  type GitLabVersion,
  gitLabVersionText,
  parseGitLabVersion,
} from "../../desired/gitlab-version.ts";
import { removedSettingsIn } from "../../desired/omnibus.ts";
import type { JsonObject } from "../../engine/json.ts";
import { postgresqlGates, publishedPath } from "./published-path.ts";
import type { UpgradeRefusal } from "./upgrade-refusal.ts";
import type { UpgradeStep } from "./upgrade-step.ts";

export interface RunningGitLab {
  readonly version: string;
  readonly edition: GitLabEdition;
  /** Major version of the server that runs; null: could not be told. */
  readonly postgresql: number | null;
}

/** What the file asks for: `spec.host.gitlab`, and whether there are backups. */
export type WantedGitLab = {
  readonly version: string;
  readonly edition: GitLabEdition;
  readonly upgradePath: readonly string[];
  readonly omnibus: JsonObject;
  readonly omnibusSecrets: JsonObject;
  readonly backups: boolean;
};

export type UpgradePath =
  | { readonly state: "path"; readonly steps: readonly UpgradeStep[] }
  | { readonly state: "refused"; readonly refusals: readonly UpgradeRefusal[] };

interface Stop {
  readonly version: GitLabVersion;
  readonly why: "required" | "conditional" | "fromFile";
  /** Whether the patch is known. */
  readonly whole: boolean;
  readonly condition?: string;
}

/**
 * All that lies between what runs and what is wanted. Total and pure. Empty where nothing is to be done. No stop is ever
 * left out, each is made at its newest patch, and PostgreSQL comes before the version that needs it.
 */
export function upgradePath(running: RunningGitLab, wanted: WantedGitLab): UpgradePath {
  const from = parseGitLabVersion(running.version);
  const to = parseGitLabVersion(wanted.version);
  if (from === undefined) return refused([{ code: "NotAVersion", text: running.version }]);
  if (to === undefined) return refused([{ code: "NotAVersion", text: wanted.version }]);
  const ahead = compareGitLabVersions(from, to) < 0;
  const refusals = refusalsOf(running, wanted, from, to);
  const stops = ahead ? stopsBetween(from, to, wanted.upgradePath) : [];
  for (const stop of stops) {
    if (!stop.whole) refusals.push({ code: "UnknownPatch", stop: `${stop.version.major}.${stop.version.minor}` });
  }
  const steps = refusals.length > 0 ? [] : stepsOver(running, wanted, from, to, stops);
  if (refusals.length === 0 && steps.length > 0 && !wanted.backups) refusals.push({ code: "NoBackups" });
  return refusals.length > 0 ? refused(refusals) : { state: "path", steps };
}

function refused(refusals: readonly UpgradeRefusal[]): UpgradePath {
  return { state: "refused", refusals };
}

function refusalsOf(running: RunningGitLab, wanted: WantedGitLab, from: GitLabVersion, to: GitLabVersion) {
  const refusals: UpgradeRefusal[] = [];
  if (compareGitLabVersions(from, to) > 0) {
    refusals.push({ code: "Downgrade", running: running.version, wanted: wanted.version });
  }
  if (running.edition === "ee" && wanted.edition === "ce") {
    refusals.push({ code: "EditionLosesData", running: running.edition, wanted: wanted.edition });
  }
  for (const { name, since, instead } of removedSettingsIn(wanted, to)) {
    refusals.push({ code: "RemovedSetting", setting: name, since, instead });
  }
  const oldest = parseGitLabVersion(publishedPath.stops[0]?.version ?? "");
  if (oldest !== undefined && compareMinors(from, oldest) < 0 && compareGitLabVersions(from, to) < 0) {
    refusals.push({ code: "TooOld", running: running.version, oldest: gitLabVersionText(oldest) });
  }
  for (let major = Math.max(publishedPath.lastMajor, from.major) + 1; major <= to.major; major += 1) {
    const named = wanted.upgradePath
      .map(stopOfFile)
      .some(({ version }) => version.major === major && compareMinors(version, to) <= 0);
    if (!named) {
      const { lastMajor } = publishedPath;
      refusals.push({ code: "UnknownPath", wanted: wanted.version, lastMajor, missing: major });
    }
  }
  return refusals;
}

/** Stops not yet made that lie before the destination's minor version, in order, one a minor version. */
function stopsBetween(from: GitLabVersion, to: GitLabVersion, extra: readonly string[]): readonly Stop[] {
  const stops = new Map<number, Stop>();
  for (const stop of [...publishedStops(), ...extra.map(stopOfFile)]) {
    const key = stop.version.major * 100 + stop.version.minor;
    const known = stops.get(key);
    // The file may know a newer patch, never take one back.
    if (
      known === undefined ||
      (stop.whole && (!known.whole || compareGitLabVersions(stop.version, known.version) > 0))
    ) {
      stops.set(key, known === undefined ? stop : { ...known, version: stop.version, whole: true });
    }
  }
  return [...stops.values()]
    .filter(({ version, whole }) => {
      const made = whole ? compareGitLabVersions(version, from) <= 0 : compareMinors(version, from) <= 0;
      return !made && compareMinors(version, to) < 0;
    })
    .sort((a, b) => compareGitLabVersions(a.version, b.version));
}

function publishedStops(): readonly Stop[] {
  const stops = publishedPath.stops.map(({ version, condition }): Stop => {
    const { version: parsed } = stopOfFile(version);
    if (condition === undefined) return { version: parsed, why: "required", whole: true };
    return { version: parsed, why: "conditional", whole: true, condition };
  });
  const announced = publishedPath.announced.map((text): Stop => ({ ...stopOfFile(text), why: "required" }));
  return [...stops, ...announced];
}

/** `20.2` or `20.2.4`. */
function stopOfFile(text: string): Stop {
  const [major = 0, minor = 0, patch] = text.split(".").map(Number);
  return { version: { major, minor, patch: patch ?? 0 }, why: "fromFile", whole: patch !== undefined };
}

function stepsOver(
  running: RunningGitLab,
  wanted: WantedGitLab,
  from: GitLabVersion,
  to: GitLabVersion,
  stops: readonly Stop[],
): readonly UpgradeStep[] {
  const steps: UpgradeStep[] = [];
  if (running.edition === "ce" && wanted.edition === "ee") {
    steps.push({ kind: "edition", at: running.version, from: "ce", to: "ee" });
  }
  let at = from;
  let postgresql = running.postgresql;
  const destination = compareGitLabVersions(from, to) < 0 ? [{ version: to, why: "destination" as const }] : [];
  for (const stop of [...stops, ...destination]) {
    for (const { before, atLeast } of postgresqlGates) {
      const gate = parseGitLabVersion(before);
      if (gate === undefined || compareGitLabVersions(at, gate) >= 0 || compareGitLabVersions(stop.version, gate) < 0)
        continue;
      if (postgresql !== null && postgresql >= atLeast) continue;
      steps.push({ kind: "postgresql", at: gitLabVersionText(at), from: postgresql, to: atLeast, before });
      postgresql = atLeast;
    }
    steps.push({
      kind: "version",
      from: gitLabVersionText(at),
      to: gitLabVersionText(stop.version),
      edition: wanted.edition,
      why: stop.why,
      ...("condition" in stop && stop.condition !== undefined ? { condition: stop.condition } : {}),
    });
    at = stop.version;
  }
  return steps;
}

export type NextStep =
  | { readonly state: "arrived" }
  | { readonly state: "step"; readonly step: UpgradeStep; readonly after: number }
  | { readonly state: "refused"; readonly refusals: readonly UpgradeRefusal[] };

/** The one step to take now, and how many come after it. Total and pure: made anew from what runs, never remembered. */
export function nextStep(running: RunningGitLab, wanted: WantedGitLab): NextStep {
  const path = upgradePath(running, wanted);
  if (path.state === "refused") return path;
  const [step, ...rest] = path.steps;
  return step === undefined ? { state: "arrived" } : { state: "step", step, after: rest.length };
}
