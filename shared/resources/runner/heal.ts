import type { Keys, KeyType } from "../../desired/runners/key-type.ts";
import { configKeys, keyIn } from "../../desired/runners/keys.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import { canonicalConfig } from "./canonical.ts";

import { runnerOwnedKeys } from "./effect.ts";
import { pairSections, type SectionIds, sectionsOf, withoutSections } from "./sections.ts";

/**
 * The file to write: the live one with every declared value as declared. What isn't declared stays as it is, unless the file
 * is owned whole; the four keys that are the runner's own are kept from the live section of the same name.
 */
export function healedConfig(
  desired: TomlTable,
  current: TomlTable,
  exclusive: boolean,
  ids: SectionIds = new Map(),
): TomlTable {
  const live = canonicalConfig(current);
  const { pairs, others } = pairSections(sectionsOf(desired), sectionsOf(live), ids);
  const sections = [
    ...pairs.map(({ desired: section, live: before }) =>
      before === undefined ? section : { ...healed(section, before, sectionKeys, exclusive), ...ownedOf(before) },
    ),
    ...(exclusive ? [] : others),
  ];
  return {
    ...healed(withoutSections(desired), withoutSections(live), configKeys, exclusive),
    ...(sections.length === 0 ? {} : { runners: sections }),
  };
}

const sectionKeys = (configKeys["runners"] as { readonly tables: Keys }).tables;

function ownedOf(section: TomlTable): TomlTable {
  return Object.fromEntries(
    runnerOwnedKeys.flatMap((key): [string, TomlValue][] => {
      const value = section[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function healed(desired: TomlTable, live: TomlTable, keys: Keys, exclusive: boolean): TomlTable {
  const result: Record<string, TomlValue> = exclusive ? {} : { ...live };
  for (const [key, value] of Object.entries(desired)) {
    result[key] = healedValue(
      value,
      Object.hasOwn(live, key) ? live[key] : undefined,
      keyIn(keys, key)?.type,
      exclusive,
    );
  }
  return result;
}

function healedValue(
  desired: TomlValue,
  live: TomlValue | undefined,
  type: KeyType | undefined,
  exclusive: boolean,
): TomlValue {
  if (!isTable(desired) || !isTable(live) || typeof type !== "object" || !("table" in type)) return desired;
  return healed(desired, live, type.table, exclusive);
}
