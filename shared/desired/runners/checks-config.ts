import type { Finding, Path } from "../problem.ts";
import { suggest } from "../suggest.ts";
import { declaredGlobal, declaredSection, type Merged } from "./declared-config.ts";
import type { Keys } from "./key-type.ts";
import { configKeys, runner as runnerKeys } from "./keys.ts";
import { type ConfigPath, configPathText, type LintFinding, lintTable } from "./lint.ts";
import type { RunnerFleet, Runners } from "./runners-schema.ts";

/** Keys that have no business in `extraConfig`, and where they go instead. */
const reserved: Readonly<Record<string, string>> = {
  runners: "runners.fleets",
  id: "nowhere: it is the runner's own",
  token: "nowhere: it is the runner's own",
  token_obtained_at: "nowhere: it is the runner's own",
  token_expires_at: "nowhere: it is the runner's own",
  name: "runnerName",
  url: "url",
  executor: "executor",
};

export function checkExtraGlobal(manager: Runners["manager"], path: Path): Finding[] {
  if (manager.extraConfig === undefined) return [];
  return checkExtra(declaredGlobal(manager), manager.extraConfig, configKeys, [...path, "extraConfig"]);
}

export function checkExtraSection(fleet: RunnerFleet, path: Path): Finding[] {
  if (fleet.extraConfig === undefined) return [];
  return checkExtra(declaredSection(fleet), fleet.extraConfig, runnerKeys, [...path, "extraConfig"]);
}

function checkExtra(merged: Merged, extra: Readonly<Record<string, unknown>>, keys: Keys, path: Path): Finding[] {
  const own = new Set(Object.keys(extra));
  return [
    ...[...own]
      .filter((key) => reserved[key] !== undefined)
      .map(
        (key): Finding => ({
          severity: "error",
          path: [...path, key],
          at: "key",
          message: "not a key of extraConfig",
          expected: reserved[key] ?? "",
        }),
      ),
    ...merged.conflicts.map(
      (conflict): Finding => ({
        severity: "error",
        path: [...path, ...conflict],
        at: "key",
        message: `${conflict.join(".")} is set twice: by a field of its own and here`,
        expected: "one of the two",
      }),
    ),
    ...lintTable(merged.table, keys, [])
      .filter((finding) => own.has(String(finding.path[0])) && !isReserved(finding.path))
      .map((finding) => lintAsFinding(finding, [...path, ...finding.path], keys)),
  ];
}

function isReserved(path: ConfigPath): boolean {
  return path.length === 1 && reserved[String(path[0])] !== undefined;
}

function lintAsFinding(finding: LintFinding, path: Path, keys: Keys): Finding {
  switch (finding.kind) {
    case "unknown-key": {
      const meant = suggest(String(finding.path.at(-1)), Object.keys(keys));
      const hint =
        finding.belongs.length > 0
          ? `It belongs under ${finding.belongs.join(" or ")}.`
          : meant === undefined
            ? undefined
            : `Did you mean ${meant}?`;
      return {
        severity: "error",
        path,
        at: "key",
        message: `the runner ignores ${configPathText(finding.path)} here, and its lint refuses the file for it`,
        ...(hint === undefined ? {} : { hint }),
      };
    }
    case "wrong-type":
      return {
        severity: "error",
        path,
        message: "not the type that the runner reads",
        expected: finding.wanted,
        got: finding.got,
        hint: "GitLab's rule: one value of a wrong type keeps the runner from loading the file.",
      };
    case "without-effect":
      return {
        severity: "warning",
        path,
        at: "key",
        message: "without effect since GitLab Runner 14.0",
        hint: "Write the times as a block of machine.autoscaling.",
      };
  }
}
