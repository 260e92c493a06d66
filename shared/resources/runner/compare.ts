import type { Keys, KeyType } from "../../desired/runners/key-type.ts";
import { configKeys, keyIn } from "../../desired/runners/keys.ts";
import type { ConfigPath } from "../../desired/runners/lint.ts";
import { isTable, type TomlTable, type TomlValue } from "../../desired/runners/toml-value.ts";
import type { Json } from "../../engine/json.ts";
import { canonicalConfig } from "./canonical.ts";
import { digestIn } from "./disclosure.ts";
import { type ConfigEffect, effectOf, runnerOwnedKeys } from "./effect.ts";
import { optionPairs } from "./option-pairs.ts";
import { isDefault, sameValue } from "./same-value.ts";
import {
  pairSections,
  type SectionIds,
  type SectionPairs,
  sectionName,
  sectionsOf,
  withoutSections,
} from "./sections.ts";
import { shown } from "./shown.ts";

/** One key whose live value isn't what the file asks for. */
export type ConfigChange = {
  /** `runners[acme-build].machine.IdleCount`, with sections by name. */
  readonly path: string;
  readonly from?: Json;
  readonly to?: Json;
  readonly effect: ConfigEffect;
  readonly why: string;
};

export interface ConfigComparison {
  readonly changes: readonly ConfigChange[];
  /** Paths whose live value is a digest that nothing is known to compare with. Never drift, never settled. */
  readonly unknown: readonly string[];
}

export interface CompareOptions {
  /** The file is owned whole: what it doesn't declare and isn't a default goes. */
  readonly exclusive: boolean;
  /** By path, the digest that the desired value would have on that host; those alone that the host hides. */
  readonly digests?: ReadonlyMap<string, string>;
  readonly ids?: SectionIds;
}

/**
 * What would have to change in the live file. Order, layout, comments and spelled-out defaults are no difference; the four
 * keys that are the runner's own are never one.
 */
export function compareConfig(desired: TomlTable, found: TomlTable, options: CompareOptions): ConfigComparison {
  const live = canonicalConfig(found);
  const comparer = new Comparer(options);
  comparer.table(withoutSections(desired), withoutSections(live), configKeys, []);
  comparer.sections(pairSections(sectionsOf(desired), sectionsOf(live), options.ids));
  return { changes: comparer.changes, unknown: comparer.unknown };
}

const sectionKeys = (configKeys["runners"] as { readonly tables: Keys }).tables;

class Comparer {
  readonly changes: ConfigChange[] = [];
  readonly unknown: string[] = [];
  readonly #exclusive: boolean;
  /** Undefined: the host could not tell what they should be. */
  readonly #digests: ReadonlyMap<string, string> | undefined;

  constructor({ exclusive, digests }: CompareOptions) {
    this.#exclusive = exclusive;
    this.#digests = digests;
  }

  sections({ pairs, others }: SectionPairs): void {
    for (const { desired, live } of pairs) {
      const path = ["runners", sectionName(desired)];
      if (live === undefined) this.#change(path, undefined, desired, "reload", "the section is missing");
      else this.table(desired, live, sectionKeys, path);
    }
    if (!this.#exclusive) return;
    for (const section of others) {
      this.#change(
        ["runners", sectionName(section)],
        section,
        undefined,
        "disown",
        "the file declares no such section",
      );
    }
  }

  table(desired: TomlTable, live: TomlTable, keys: Keys, at: ConfigPath): void {
    for (const [key, value] of Object.entries(desired)) {
      if (isOwned(at, key)) continue;
      this.#value(value, Object.hasOwn(live, key) ? live[key] : undefined, keyIn(keys, key)?.type, [...at, key]);
    }
    if (!this.#exclusive) return;
    for (const [key, value] of Object.entries(live)) {
      if (Object.hasOwn(desired, key) || isOwned(at, key)) continue;
      this.#extra(value, keyIn(keys, key)?.type, [...at, key]);
    }
  }

  #extra(value: TomlValue, type: KeyType | undefined, path: ConfigPath): void {
    if (isDefault(type, value, path)) return;
    if (isTable(value) && typeof type === "object" && "table" in type) {
      this.table({}, value, type.table, path);
      return;
    }
    this.#change(path, value, undefined);
  }

  #value(desired: TomlValue, live: TomlValue | undefined, type: KeyType | undefined, path: ConfigPath): void {
    if (path.at(-1) === "MachineOptions") {
      this.#options(desired, live, path);
      return;
    }
    if (isTable(desired) && typeof type === "object" && "table" in type) {
      this.table(desired, isTable(live) ? live : {}, type.table, path);
      return;
    }
    if (isTable(desired) && isTable(live)) {
      this.#map(desired, live, path);
      return;
    }
    if (live === undefined) {
      if (!isDefault(type, desired, path)) this.#change(path, undefined, desired);
      return;
    }
    if (Array.isArray(desired) && Array.isArray(live) && desired.length === live.length) {
      this.#items(desired, live, type, path);
      return;
    }
    const digest = typeof live === "string" ? digestIn(live) : undefined;
    if (digest !== undefined) {
      this.#digest(desired, live, digest, path);
      return;
    }
    if (sameValue(type, desired, live)) return;
    if (isDefault(type, desired, path) && isDefault(type, live, path)) return;
    this.#change(path, live, desired);
  }

  /** Tables whose keys are the user's (feature flags, a plugin's settings): owned whole, and named key by key. */
  #map(desired: TomlTable, live: TomlTable, path: ConfigPath): void {
    for (const key of new Set([...Object.keys(desired), ...Object.keys(live)])) {
      const to = desired[key];
      const from = live[key];
      if (to === undefined) this.#change([...path, key], from, undefined);
      else if (from === undefined) this.#change([...path, key], undefined, to);
      else this.#value(to, from, undefined, [...path, key]);
    }
  }

  /** Lists of one length, item by item, so that a change names the item. */
  #items(desired: readonly TomlValue[], live: readonly TomlValue[], type: KeyType | undefined, path: ConfigPath): void {
    const keys = typeof type === "object" && "tables" in type ? type.tables : undefined;
    for (const [index, item] of desired.entries()) {
      const other = live[index];
      const at = [...path, index];
      if (isTable(item) && isTable(other) && keys !== undefined) this.#block(item, other, keys, at);
      else this.#value(item, other, undefined, at);
    }
  }

  /** Blocks of a list are owned whole, for their place in the list is what names them. */
  #block(desired: TomlTable, live: TomlTable, keys: Keys, at: ConfigPath): void {
    const whole = new Comparer({ exclusive: true, ...(this.#digests === undefined ? {} : { digests: this.#digests }) });
    whole.table(desired, live, keys, at);
    this.changes.push(...whole.changes);
    this.unknown.push(...whole.unknown);
  }

  #options(desired: TomlValue, live: TomlValue | undefined, path: ConfigPath): void {
    const wanted = optionPairs(desired);
    const found = optionPairs(live);
    for (const key of new Set([...wanted.keys(), ...found.keys()])) {
      const to = wanted.get(key);
      const from = found.get(key);
      const digest = from === undefined ? undefined : digestIn(String(from));
      if (digest !== undefined && to !== undefined) this.#digest(to, String(from), digest, [...path, key]);
      else if (to !== from) this.#change([...path, key], from, to);
    }
  }

  #digest(desired: TomlValue, live: TomlValue, digest: string, path: ConfigPath): void {
    if (this.#digests === undefined) this.unknown.push(changePath(path));
    // What the host would disclose of the declared value, and hides of the live one, isn't the same value.
    else if (this.#digests.get(changePath(path)) !== digest) this.#change(path, live, desired);
  }

  #change(
    path: ConfigPath,
    from: TomlValue | undefined,
    to: TomlValue | undefined,
    effect?: ConfigEffect,
    why?: string,
  ): void {
    const known = effectOf(path);
    this.changes.push({
      path: changePath(path),
      ...(from === undefined ? {} : { from: shown(from, path) }),
      ...(to === undefined ? {} : { to: shown(to, path) }),
      effect: effect ?? known.effect,
      why: why ?? known.why,
    });
  }
}

function isOwned(at: ConfigPath, key: string): boolean {
  return at.length === 2 && at[0] === "runners" && runnerOwnedKeys.some((own) => own === key);
}

/** Sections and machine options by name: `runners[acme-build].machine.MachineOptions[amazonec2-ami]`. */
export function changePath(path: ConfigPath): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (index === 1 && path[0] === "runners") return `[${part}]`;
      if (path[index - 1] === "MachineOptions") return `[${part}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}
