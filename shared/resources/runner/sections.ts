import { isTable, type TomlTable } from "../../desired/runners/toml-value.ts";

/** Ids that GitLab gave, by section name: a section renamed by hand is found again by its id, with its token. */
export type SectionIds = ReadonlyMap<string, bigint>;

export function sectionsOf(config: TomlTable): readonly TomlTable[] {
  const sections = config["runners"];
  return Array.isArray(sections) ? sections.filter(isTable) : [];
}

export function withoutSections(config: TomlTable): TomlTable {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key !== "runners"));
}

export function sectionName(section: TomlTable): string {
  return typeof section["name"] === "string" ? section["name"] : "";
}

export interface SectionPairs {
  readonly pairs: readonly { readonly desired: TomlTable; readonly live: TomlTable | undefined }[];
  /** Live sections that nothing declares, in their order. */
  readonly others: readonly TomlTable[];
}

/** Which live section is which declared one: by name, else by id. No live section is taken twice. */
export function pairSections(
  desired: readonly TomlTable[],
  live: readonly TomlTable[],
  ids: SectionIds = new Map(),
): SectionPairs {
  const taken = new Map<TomlTable, TomlTable>();
  const free = (candidate: TomlTable) => ![...taken.values()].includes(candidate);
  for (const section of desired) {
    const found = live.find((candidate) => free(candidate) && sectionName(candidate) === sectionName(section));
    if (found !== undefined) taken.set(section, found);
  }
  for (const section of desired) {
    const id = ids.get(sectionName(section));
    if (taken.has(section) || id === undefined) continue;
    const found = live.find((candidate) => free(candidate) && candidate["id"] === id);
    if (found !== undefined) taken.set(section, found);
  }
  return {
    pairs: desired.map((section) => ({ desired: section, live: taken.get(section) })),
    others: live.filter(free),
  };
}
