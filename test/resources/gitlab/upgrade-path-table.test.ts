import { expect, test } from "vitest";
import {
  nextStep,
  type RunningGitLab,
  upgradePath,
  type WantedGitLab,
} from "../../../shared/resources/gitlab/upgrade-path.ts";

const running = (version: string, more: Partial<RunningGitLab> = {}): RunningGitLab => ({
  version,
  edition: "ee",
  postgresql: 17,
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
const step = (from: string, to: string, why: string) => ({ kind: "version", from, to, edition: "ee", why });

const unknown = (stop: string) => ({ code: "UnknownPatch", stop });
const unknownPath = (version: string, missing: number) => ({
  code: "UnknownPath",
  wanted: version,
  lastMajor: 19,
  missing,
});

test.each<[string, RunningGitLab, WantedGitLab, readonly object[]]>([
  [
    "a stop that only some instances need is made by all, and says for whom",
    running("17.0.1"),
    wanted("17.4.0"),
    [
      {
        ...step("17.0.1", "17.1.8", "conditional"),
        condition: "instances with a large ci_pipeline_messages table",
      },
      step("17.1.8", "17.3.7", "required"),
      step("17.3.7", "17.4.0", "destination"),
    ],
  ],
  [
    "the edition changes first, and PostgreSQL at the last version before the one that needs it",
    running("17.8.7", { edition: "ce", postgresql: 14 }),
    wanted("18.0.0"),
    [
      { kind: "edition", at: "17.8.7", from: "ce", to: "ee" },
      step("17.8.7", "17.11.7", "required"),
      { kind: "postgresql", at: "17.11.7", from: 14, to: 16, before: "18.0.0" },
      step("17.11.7", "18.0.0", "destination"),
    ],
  ],
  [
    "a PostgreSQL that couldn't be told is taken for too old",
    running("17.11.7", { postgresql: null }),
    wanted("18.0.0"),
    [
      { kind: "postgresql", at: "17.11.7", from: null, to: 16, before: "18.0.0" },
      step("17.11.7", "18.0.0", "destination"),
    ],
  ],
  [
    "a PostgreSQL that is just new enough stays, also past its gate",
    running("17.11.7", { postgresql: 16 }),
    wanted("18.0.0"),
    [step("17.11.7", "18.0.0", "destination")],
  ],
  [
    "a gate that lies behind isn't asked for again",
    running("18.0.0", { postgresql: 14 }),
    wanted("18.1.0"),
    [step("18.0.0", "18.1.0", "destination")],
  ],
  [
    "of the patches that a file names for a stop the newest counts, and none older than the published one",
    running("19.2.7"),
    wanted("19.9.0", { upgradePath: ["19.8.3", "19.8.1", "19.5.1"] }),
    [
      step("19.2.7", "19.5.3", "required"),
      step("19.5.3", "19.8.3", "required"),
      step("19.8.3", "19.9.0", "destination"),
    ],
  ],
  [
    "a stop of the file's own stands between the others, whatever the order in which it names them",
    running("19.2.7"),
    wanted("19.7.0", { upgradePath: ["19.6.2", "19.3.1"] }),
    [
      { ...step("19.2.7", "19.3.1", "fromFile") },
      step("19.3.1", "19.5.3", "required"),
      step("19.5.3", "19.6.2", "fromFile"),
      step("19.6.2", "19.7.0", "destination"),
    ],
  ],
  ["what is older than the path and stays at its version", running("15.11.13"), wanted("15.11.13"), []],
  [
    "what begins exactly at the oldest stop",
    running("16.3.9"),
    wanted("16.4.0"),
    [step("16.3.9", "16.4.0", "destination")],
  ],
])("%s", (_what, from, to, steps) => {
  expect(upgradePath(from, to)).toEqual({ state: "path", steps });
  const [first, ...rest] = steps;
  expect(nextStep(from, to)).toEqual(
    first === undefined ? { state: "arrived" } : { state: "step", step: first, after: rest.length },
  );
});

test.each<[string, RunningGitLab, WantedGitLab, readonly object[]]>([
  [
    "a major version beyond the rule, of which the file names no stop",
    running("19.5.3"),
    wanted("20.1.0"),
    [unknownPath("20.1.0", 20), unknown("19.8"), unknown("19.11")],
  ],
  [
    "the same with a stop that lies after the destination",
    running("19.5.3"),
    wanted("20.1.0", { upgradePath: ["20.2.0"] }),
    [unknownPath("20.1.0", 20), unknown("19.8"), unknown("19.11")],
  ],
  [
    "a named stop of the destination's own minor version is one, and leaves what wasn't named",
    running("19.5.3"),
    wanted("20.1.0", { upgradePath: ["20.1.0"] }),
    [unknown("19.8"), unknown("19.11")],
  ],
  [
    "each major version on the way needs a stop of its own",
    running("19.5.3"),
    wanted("21.1.0", { upgradePath: ["21.0.1", "19.8.1", "19.11.1"] }),
    [unknownPath("21.1.0", 20)],
  ],
  [
    "none is asked for of a major version that runs already",
    running("20.1.0"),
    wanted("21.1.0"),
    [unknownPath("21.1.0", 21)],
  ],
  [
    "a stop that the file names without its patch",
    running("19.2.7"),
    wanted("19.9.0", { upgradePath: ["19.8"] }),
    [unknown("19.8")],
  ],
  [
    "a downgrade, also of what is older than the path",
    running("15.11.13"),
    wanted("15.11.12"),
    [{ code: "Downgrade", running: "15.11.13", wanted: "15.11.12" }],
  ],
  [
    "what is older than the first stop",
    running("16.2.9"),
    wanted("16.4.0"),
    [{ code: "TooOld", running: "16.2.9", oldest: "16.3.9" }],
  ],
  [
    "Enterprise to Community",
    running("19.5.3"),
    wanted("19.5.3", { edition: "ce" }),
    [{ code: "EditionLosesData", running: "ee", wanted: "ce" }],
  ],
  ["a version that runs and is none", running("nightly"), wanted("19.5.3"), [{ code: "NotAVersion", text: "nightly" }]],
  ["a version that is wanted and is none", running("19.5.3"), wanted("new"), [{ code: "NotAVersion", text: "new" }]],
  [
    "a change of edition alone without backups",
    running("19.5.3", { edition: "ce" }),
    wanted("19.5.3", { backups: false }),
    [{ code: "NoBackups" }],
  ],
])("refused: %s", (_what, from, to, refusals) => {
  expect(upgradePath(from, to)).toEqual({ state: "refused", refusals });
  expect(nextStep(from, to)).toEqual({ state: "refused", refusals });
});
