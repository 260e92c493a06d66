import { type LintFinding, lintConfig } from "../../desired/runners/lint.ts";
import {
  managerSettings,
  sessionServerSettings,
  shutdownDrainSettings,
} from "../../desired/runners/settings-manager.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import type { JsonObject } from "../../engine/json.ts";
import { canonicalConfig } from "./canonical.ts";
import { changePath } from "./compare.ts";
import { decodeTable } from "./decode.ts";
import { extraOf, type ImportContext, type ImportNote, secretNote, suggestedSecret } from "./import-notes.ts";
import { importSection } from "./import-section.ts";
import { sectionName, sectionsOf, withoutSections } from "./sections.ts";

export interface Imported {
  /** `spec.runners`, as it would stand in the file. */
  readonly runners: JsonObject;
  readonly notes: readonly ImportNote[];
}

/**
 * A real config.toml as `spec.runners`: rendered again it gives the same values. What the runner ignores, its own four keys
 * and sections of other executors are left out, each with a note; secrets become names, each with a note.
 */
export function importConfig(live: TomlTable): Imported {
  const config = canonicalConfig(live);
  const notes: ImportNote[] = [];
  const context: ImportContext = {
    note: (kind, path, message) => notes.push({ kind, path: changePath(path), message }),
  };
  const sections = sectionsOf(config);
  const clean = cleaned(config, lintConfig(config), sections.map(sectionName), context);
  const names = new Set<string>();
  const cleanSections = sectionsOf(clean);
  const url = cleanSections.map((section) => section["url"]).find((value) => typeof value === "string");
  const fleets = cleanSections.flatMap((section) => {
    const fleet = importSection(section, typeof url === "string" ? url : undefined, names, context);
    return fleet === undefined ? [] : [fleet];
  });
  return {
    runners: {
      ...(typeof url === "string" ? { gitlab: { url } } : {}),
      manager: importManager(withoutSections(clean), context),
      fleets,
    },
    notes,
  };
}

/** Without what the runner ignores or refuses. */
function cleaned(
  config: TomlTable,
  findings: readonly LintFinding[],
  sections: readonly string[],
  context: ImportContext,
): TomlTable {
  const bad = new Map(
    findings
      .filter((finding) => finding.kind !== "without-effect")
      .map((finding) => [JSON.stringify(finding.path), finding]),
  );
  const walk = (value: TomlValue, path: readonly (string | number)[]): TomlValue | undefined => {
    const finding = bad.get(JSON.stringify(path));
    if (finding !== undefined) {
      noteOf(finding, named(path, sections), context);
      return undefined;
    }
    if (Array.isArray(value)) {
      return value.flatMap((item, index) => {
        const kept = walk(item, [...path, index]);
        return kept === undefined ? [] : [kept];
      });
    }
    if (!isTable(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        const kept = walk(inner, [...path, key]);
        return kept === undefined ? [] : [[key, kept]];
      }),
    );
  };
  return walk(config, []) as TomlTable;
}

function named(path: readonly (string | number)[], sections: readonly string[]): readonly (string | number)[] {
  const [top, index, ...rest] = path;
  return top === "runners" && typeof index === "number" ? [top, sections[index] ?? "", ...rest] : path;
}

function noteOf(finding: LintFinding, path: readonly (string | number)[], context: ImportContext): void {
  switch (finding.kind) {
    case "unknown-key": {
      const socket = path.at(-1) === "volumes" && path.includes("cache");
      const belongs =
        finding.belongs.length === 0
          ? ""
          : `; it would be read in ${finding.belongs.join(" or ")}${socket ? ", where every job would get the machine's Docker socket if that is among them" : ""}`;
      context.note("dropped", path, `the runner ignores this key here${belongs}`);
      return;
    }
    case "wrong-type":
      context.note(
        "refused",
        path,
        `${finding.got} where the runner reads ${finding.wanted}: it refuses the whole file`,
      );
      return;
    case "without-effect":
      return;
  }
}

function importManager(global: TomlTable, context: ImportContext): JsonObject {
  const { concurrent, session_server: session, machine, ...others } = global;
  const top = decodeTable(managerSettings, others);
  for (const secret of top.secrets) secretNote(context, [secret.key], suggestedSecret("manager", secret.key));
  const sessionServer = isTable(session) ? decodeTable(sessionServerSettings, session) : undefined;
  const drain = isTable(machine) && isTable(machine["shutdown_drain"]) ? machine["shutdown_drain"] : undefined;
  const shutdownDrain = drain === undefined ? undefined : decodeTable(shutdownDrainSettings, drain);
  if (concurrent === undefined)
    context.note("changed", ["concurrent"], "not set: the runner takes 1, and so does the file");
  return {
    concurrent: typeof concurrent === "bigint" ? Number(concurrent) : 1,
    ...top.fields,
    ...Object.fromEntries(top.secrets.map((secret) => [secret.field, suggestedSecret("manager", secret.key)])),
    ...(sessionServer === undefined ? {} : { sessionServer: sessionServer.fields }),
    ...(shutdownDrain === undefined ? {} : { shutdownDrain: shutdownDrain.fields }),
    ...extraOf(
      {
        ...top.rest,
        ...(sessionServer === undefined ? {} : { session_server: sessionServer.rest }),
        ...(shutdownDrain === undefined ? {} : { machine: { shutdown_drain: shutdownDrain.rest } }),
      },
      [],
      context,
    ),
  };
}
