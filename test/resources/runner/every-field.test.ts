import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configKeys, keyIn } from "../../../shared/desired/runners/keys.ts";
import { isTable, type TomlTable, type TomlValue } from "../../../shared/desired/runners/toml-value.ts";
import { compareConfig } from "../../../shared/resources/runner/compare.ts";
import { healedConfig } from "../../../shared/resources/runner/heal.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";
import { editsOf, liveOf, token, without } from "./edits.ts";
import { everyField } from "./every-field.ts";

const desired = renderConfig(everyField(), { fleetName: "acme", gitlabUrl: "https://gitlab.example.com" });
const live = liveOf(desired);
const edits = editsOf(desired, live);
const pathsOf = (found: TomlTable, exclusive = false) =>
  compareConfig(desired, found, { exclusive }).changes.map(({ path }) => path);

describe("every typed field of the schema", () => {
  it("is in the file that is tried here", () => {
    expect(edits.length).toBeGreaterThan(300);
  });

  it("is rendered so that parsing and rendering again give the same text", () => {
    const text = renderToml(desired);
    expect(renderToml(parseToml(text))).toBe(text);
    expect(compareConfig(desired, parseToml(text), { exclusive: true })).toEqual({ changes: [], unknown: [] });
  });

  it.each(edits.map((edit) => [edit.path, edit] as const))(
    "%s, edited by hand, is found, named and healed",
    (_, edit) => {
      expect(pathsOf(edit.edited)).toEqual([edit.path]);
      expect(renderToml(healedConfig(desired, edit.edited, false))).toBe(renderToml(live));
    },
  );

  it.each(edits.filter(({ path }) => !path.endsWith("]") && !path.includes("sysctls.")).map(({ path }) => [path]))(
    "%s, taken away by hand, is found and named, unless that says the same to the runner, and comes back",
    (path) => {
      const bare = without(live, path);
      const found = pathsOf(bare);
      expect([[path], []]).toContainEqual(found);
      if (found.length === 0) expect(pathsOf(bare, true)).not.toContain(path);
      expect(renderToml(healedConfig(desired, bare, false))).toBe(renderToml(live));
    },
  );
});

/** Tables that the runner reads, by their path: where a person may put a key of their own. */
function tablesOf(value: TomlValue, at: readonly (string | number)[], found: (readonly (string | number)[])[] = []) {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) tablesOf(item, [...at, index], found);
  if (!isTable(value)) return found;
  const keys = at
    .filter((part) => typeof part === "string")
    .reduce<unknown>((type, key) => inner(type, key), { table: configKeys });
  if (typeof keys === "object") found.push(at);
  for (const [key, member] of Object.entries(value)) tablesOf(member, [...at, key], found);
  return found;
}

function inner(type: unknown, key: string): unknown {
  if (typeof type !== "object" || type === null) return undefined;
  const keys = "table" in type ? type.table : "tables" in type ? type.tables : undefined;
  return keys === undefined ? undefined : keyIn(keys as typeof configKeys, key)?.type;
}

function put(value: TomlValue, path: readonly (string | number)[], key: string, what: TomlValue): TomlValue {
  const [head, ...rest] = path;
  if (head === undefined) return { ...(value as TomlTable), [key]: what };
  if (Array.isArray(value)) return value.map((item, index) => (index === head ? put(item, rest, key, what) : item));
  const table = value as TomlTable;
  return { ...table, [head]: put(table[head] as TomlValue, rest, key, what) };
}

describe("a key that nobody declared", () => {
  // Blocks of a list (services, periods, policies) are owned whole: their place names them.
  const places = tablesOf(live, []).filter((path) => path.filter((part) => typeof part === "number").length < 2);
  const anywhere = fc.constantFrom(...places);
  const value = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.bigInt({ min: 1n, max: 9n }),
    fc.constant(true),
    fc.constant({ a: "b" }),
  );
  const key = fc.stringMatching(/^x_[a-z]{1,8}$/);

  it("stays, wherever it is and whatever else is healed", () => {
    fc.assert(
      fc.property(anywhere, key, value, fc.constantFrom(...edits), (path, name, what, edit) => {
        const damaged = put(edit.edited, path, name, what) as TomlTable;
        expect(pathsOf(damaged)).toEqual([edit.path]);
        expect(healedConfig(desired, damaged, false)).toEqual(put(live, path, name, what));
      }),
      { numRuns: 300 },
    );
  });

  it("is named and goes where the file is owned whole, and no token goes with it", () => {
    fc.assert(
      fc.property(anywhere, key, value, (path, name, what) => {
        const section = path[0] === "runners" ? Number(path[1]) : 0;
        const damaged = put(live, path, name, what) as TomlTable;
        const named = pathsOf(damaged, true).filter((one) => one.includes(name));
        // The section of somebody else goes as a whole.
        if (section < 2) expect(named.length).toBe(1);
        const healed = healedConfig(desired, damaged, true);
        expect(renderToml(healed)).not.toContain(`${name} =`);
        expect(pathsOf(healed, true)).toEqual([]);
        const tokens = (healed["runners"] as readonly TomlTable[]).map((one) => one["token"]);
        expect(tokens).toEqual([`${token}0`, `${token}1`]);
      }),
      { numRuns: 300 },
    );
  });
});
