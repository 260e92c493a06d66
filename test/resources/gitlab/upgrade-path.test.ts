import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareGitLabVersions, compareMinors, parseGitLabVersion } from "../../../shared/desired/gitlab-version.ts";
import { postgresqlGates, publishedPath } from "../../../shared/resources/gitlab/published-path.ts";
import {
  nextStep,
  type RunningGitLab,
  upgradePath,
  type WantedGitLab,
} from "../../../shared/resources/gitlab/upgrade-path.ts";
import { upgradeRefusalText } from "../../../shared/resources/gitlab/upgrade-refusal.ts";
import { upgradeStepText } from "../../../shared/resources/gitlab/upgrade-step.ts";
import { upgradePlanText } from "../../../shared/resources/gitlab/upgrade-text.ts";

const running = (version: string, more: Partial<RunningGitLab> = {}): RunningGitLab => ({
  version,
  edition: "ee",
  postgresql: 14,
  ...more,
});
const wanted = (version: string, more: Partial<WantedGitLab> = {}): WantedGitLab => ({
  version,
  edition: "ee",
  upgradePath: [],
  omnibus: {},
  omnibusSecrets: {},
  backups: true,
  ...more,
});

function stepsOf(from: RunningGitLab, to: WantedGitLab): readonly string[] {
  const path = upgradePath(from, to);
  return path.state === "path"
    ? path.steps.map(upgradeStepText)
    : path.refusals.map((refusal) => `${refusal.code}: ${upgradeRefusalText(refusal)}`);
}

function version(text: string) {
  const parsed = parseGitLabVersion(text);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
}

describe("the path", () => {
  test("from 16.11 to 19.5 is the published one, with PostgreSQL before the versions that need it", () => {
    expect(stepsOf(running("16.11.10"), wanted("19.5.3"))).toEqual([
      "GitLab 16.11.10 to 17.1.8",
      "GitLab 17.1.8 to 17.3.7",
      "GitLab 17.3.7 to 17.5.5",
      "GitLab 17.5.5 to 17.8.7",
      "GitLab 17.8.7 to 17.11.7",
      "PostgreSQL 14 to 16, with GitLab 17.11.7",
      "GitLab 17.11.7 to 18.2.8",
      "GitLab 18.2.8 to 18.5.7",
      "GitLab 18.5.7 to 18.8.11",
      "GitLab 18.8.11 to 18.11.12",
      "PostgreSQL 16 to 17, with GitLab 18.11.12",
      "GitLab 18.11.12 to 19.2.7",
      "GitLab 19.2.7 to 19.5.3",
    ]);
  });

  test("an old patch of a stop is brought to its newest before it is left", () => {
    expect(stepsOf(running("17.8.2"), wanted("17.9.1"))).toEqual([
      "GitLab 17.8.2 to 17.8.7",
      "GitLab 17.8.7 to 17.9.1",
    ]);
  });

  test("a stop's own minor version is the destination, at the patch that the file names", () => {
    expect(stepsOf(running("17.6.0"), wanted("17.8.3"))).toEqual(["GitLab 17.6.0 to 17.8.3"]);
  });

  test("what runs as wanted needs nothing, not even backups", () => {
    expect(stepsOf(running("19.5.3"), wanted("19.5.3", { backups: false }))).toEqual([]);
  });

  test("Community becomes Enterprise at the version that runs, first", () => {
    expect(stepsOf(running("17.5.5", { edition: "ce" }), wanted("17.6.1"))).toEqual([
      "GitLab 17.5.5 from Community to Enterprise Edition",
      "GitLab 17.5.5 to 17.6.1",
    ]);
  });

  test("the file may name stops beyond those known, and newer patches of known ones", () => {
    const upgradePath = ["19.8.4", "19.11.2", "20.2.1", "19.5.9"];
    expect(stepsOf(running("19.2.7", { postgresql: 17 }), wanted("20.3.0", { upgradePath }))).toEqual([
      "GitLab 19.2.7 to 19.5.9",
      "GitLab 19.5.9 to 19.8.4",
      "GitLab 19.8.4 to 19.11.2",
      "GitLab 19.11.2 to 20.2.1",
      "GitLab 20.2.1 to 20.3.0",
    ]);
  });
});

describe("refused before anything stops", () => {
  test.each([
    ["a downgrade", running("19.5.3"), wanted("19.5.2"), ["Downgrade"]],
    ["Enterprise to Community", running("19.5.3"), wanted("19.5.3", { edition: "ce" }), ["EditionLosesData"]],
    ["a GitLab older than the path", running("15.11.13"), wanted("16.11.10"), ["TooOld"]],
    ["a stop whose patch nobody named", running("19.5.3"), wanted("19.9.0"), ["UnknownPatch"]],
    [
      "a major version whose stops nobody named",
      running("19.5.3"),
      wanted("20.1.0"),
      ["UnknownPath", "UnknownPatch", "UnknownPatch"],
    ],
    ["an upgrade without backups", running("19.2.7"), wanted("19.3.0", { backups: false }), ["NoBackups"]],
    ["nonsense", running("nightly"), wanted("19.3.0"), ["NotAVersion"]],
  ])("%s", (_name, from, to, codes) => {
    const path = upgradePath(from, to);
    expect(path.state === "refused" && path.refusals.map(({ code }) => code)).toEqual(codes);
    expect(nextStep(from, to)).toEqual(path);
  });

  test("a removed Omnibus setting, by its name and the version that removed it", () => {
    const omnibus = { grafana: { enable: false }, mattermost_external_url: "https://chat.example.com" };
    const omnibusSecrets = { "sidekiq.max_concurrency": "x" };
    expect(stepsOf(running("16.11.10"), wanted("19.5.3", { omnibus, omnibusSecrets }))).toEqual([
      expect.stringContaining("GitLab 17.1.0 removed the Omnibus setting grafana, and doesn't start with it"),
      expect.stringContaining("GitLab 19.0.0 removed the Omnibus setting mattermost_external_url"),
      expect.stringContaining("GitLab 17.0.0 removed the Omnibus setting sidekiq.max_concurrency"),
    ]);
    expect(stepsOf(running("16.11.10"), wanted("17.0.2", { omnibus: { grafana: {} } }))).toHaveLength(1);
  });
});

test("the plan shows stops, waits, PostgreSQL, the runner, the downtime and where the path is from", () => {
  const [from, to] = [running("17.8.7"), wanted("18.3.1")];
  const text = upgradePlanText(from, to, upgradePath(from, to));
  expect(text).toBe(`GitLab 17.8.7-ee to 18.3.1-ee: 4 steps, each in the maintenance window.
1. GitLab 17.8.7 to 17.11.7 (required stop)
   waits for: a verified backup of GitLab 17.8.7; its background migrations finished; the image pulled
2. PostgreSQL 14 to 16, with GitLab 17.11.7 (GitLab 18.0.0 needs it)
   waits for: a verified backup of GitLab 17.11.7; its background migrations finished
   the image of GitLab 17.11 does it by itself where nobody opted out; looked at first
3. GitLab 17.11.7 to 18.2.8 (required stop)
   waits for: a verified backup of GitLab 17.11.7; its background migrations finished; the image pulled
4. GitLab 18.2.8 to 18.3.1
   waits for: a verified backup of GitLab 18.2.8; its background migrations finished; the image pulled
Runner: drained first, then 18.3 beside it.
Until then it stays at its version, also beside a later major one, where jobs may fail: to take it along, go to the last stop of GitLab 17 first, and on by one major version a time.
Expected downtime: 20 to 65 minutes in all, more with a big database; background migrations between the steps run while GitLab serves.
Path: GitLab's published one, read 2026-11-24.
`);
});

describe("properties", () => {
  const anyVersion = fc
    .tuple(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 14 }))
    .map((parts) => parts.join("."));
  const edition = fc.constantFrom("ce" as const, "ee" as const);
  const anyRunning: fc.Arbitrary<RunningGitLab> = fc.record({
    version: anyVersion,
    edition,
    postgresql: fc.constantFrom<(number | null)[]>(null, 13, 14, 16, 17),
  });
  const extra = fc.constantFrom([], ["19.8.1", "19.11.3"], ["19.8.1", "19.11.3", "20.2.4"], ["20.2"]);
  const anyWanted = fc
    .record({ version: anyVersion, edition, upgradePath: extra, backups: fc.boolean() })
    .map((fields) => wanted(fields.version, fields));

  test("steps rise, are joined end to end, and end where the file says", () => {
    fc.assert(
      fc.property(anyRunning, anyWanted, (from, to) => {
        const path = upgradePath(from, to);
        if (path.state === "refused") {
          expect(path.refusals.length).toBeGreaterThan(0);
          return;
        }
        let at = from.version;
        for (const step of path.steps) {
          expect(step.kind === "version" ? step.from : step.at).toBe(at);
          if (step.kind !== "version") continue;
          expect(compareGitLabVersions(version(at), version(step.to))).toBeLessThan(0);
          at = step.to;
        }
        expect(at).toBe(to.version);
      }),
      { numRuns: 500 },
    );
  });

  test("no stop is jumped, and PostgreSQL is never older than a version needs", () => {
    const stops = publishedPath.stops.map((stop) => version(stop.version));
    fc.assert(
      fc.property(anyRunning, anyWanted, (from, to) => {
        const path = upgradePath(from, to);
        if (path.state === "refused") return;
        let postgresql = from.postgresql;
        for (const step of path.steps) {
          if (step.kind === "postgresql") postgresql = step.to;
          if (step.kind !== "version") continue;
          const [before, after] = [version(step.from), version(step.to)];
          const jumped = stops.filter((stop) => compareMinors(before, stop) < 0 && compareMinors(stop, after) < 0);
          expect(jumped).toEqual([]);
          for (const gate of postgresqlGates) {
            const crosses =
              compareGitLabVersions(before, version(gate.before)) < 0 &&
              compareGitLabVersions(after, version(gate.before)) >= 0;
            if (crosses) expect(postgresql).toBeGreaterThanOrEqual(gate.atLeast);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("taking one step after another, each made anew from what runs, walks the same path and then rests", () => {
    fc.assert(
      fc.property(anyRunning, anyWanted, (from, to) => {
        const path = upgradePath(from, to);
        if (path.state === "refused") return;
        let now: RunningGitLab = from;
        for (const expected of path.steps) {
          const next = nextStep(now, to);
          expect(next).toMatchObject({ state: "step", step: expected });
          switch (expected.kind) {
            case "version":
              now = { ...now, version: expected.to };
              break;
            case "edition":
              now = { ...now, edition: expected.to };
              break;
            case "postgresql":
              now = { ...now, postgresql: expected.to };
          }
        }
        expect(nextStep(now, to)).toEqual({ state: "arrived" });
      }),
      { numRuns: 300 },
    );
  });
});
