import { isTable, type TomlTable, type TomlValue } from "../../../shared/desired/runners/toml-value.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";

export const token = "glrt-t1_secretsecret";

/** As it would be on the host: what was rendered, with the runner's own keys and things that others put there. */
export function liveOf(desired: TomlTable): TomlTable {
  const config = parseToml(renderToml(desired));
  const sections = config["runners"] as readonly TomlTable[];
  return {
    log_level: "debug",
    ...config,
    runners: [
      ...sections.map((section, index) => ({
        output_limit: 5000n,
        ...section,
        id: BigInt(index + 1),
        token: `${token}${index}`,
        token_obtained_at: new Date("2026-01-01T00:00:00Z"),
      })),
      { name: "somebody else's", executor: "shell", url: "https://gitlab.example.com", token: "other" },
    ],
  };
}

export interface Edit {
  readonly path: string;
  readonly edited: TomlTable;
}

/** Every single declared value of the live file changed, one at a time. */
export function editsOf(desired: TomlTable, base: TomlTable): readonly Edit[] {
  const found: Edit[] = [];
  const walk = (wanted: TomlValue, at: readonly (string | number)[], path: string) => {
    if (isTable(wanted)) {
      for (const [key, value] of Object.entries(wanted))
        walk(value, [...at, key], path === "" ? key : `${path}.${key}`);
      return;
    }
    if (Array.isArray(wanted) && path.endsWith("MachineOptions")) {
      wanted.map(String).forEach((option, index) => {
        found.push({
          path: `${path}[${option.split("=", 1)[0]}]`,
          edited: edited(base, [...at, index], () => `${option}x`),
        });
      });
      return;
    }
    if (Array.isArray(wanted)) {
      wanted.forEach((item, index) => {
        const name = path === "runners" && isTable(item) ? String(item["name"]) : String(index);
        walk(item, [...at, index], `${path}[${name}]`);
      });
      return;
    }
    if (at[0] === "runners" && at.length === 3 && at[2] === "name") return;
    found.push({ path, edited: edited(base, at, other) });
  };
  walk(desired, [], "");
  return found;
}

function other(value: TomlValue): TomlValue {
  if (typeof value === "bigint") return value + 977n;
  if (typeof value === "number") return value + 0.25;
  if (typeof value === "boolean") return !value;
  return /^(?:\d+h)?(?:\d+m)?\d+s$/.test(String(value)) ? "7h0m7s" : `${String(value)}x`;
}

export function edited(
  value: TomlValue,
  [first, ...rest]: readonly (string | number)[],
  change: (value: TomlValue) => TomlValue,
): TomlTable {
  const step = (inner: TomlValue, parts: readonly (string | number)[]): TomlValue => {
    const [head, ...tail] = parts;
    if (head === undefined) return change(inner);
    if (Array.isArray(inner)) return inner.map((item, index) => (index === head ? step(item, tail) : item));
    if (!isTable(inner)) throw new Error("no such place");
    return { ...inner, [head]: step(inner[head] as TomlValue, tail) };
  };
  return step(value, first === undefined ? [] : [first, ...rest]) as TomlTable;
}

/** The file without one key. @param path as plans show it */
export function without(config: TomlTable, path: string): TomlTable {
  const step = (value: TomlValue, parts: readonly string[]): TomlValue => {
    const [head, ...tail] = parts;
    if (head === undefined) return value;
    if (Array.isArray(value)) {
      return value.map((item, index) =>
        head === (isTable(item) && parts.length > 0 && item["token"] !== undefined ? item["name"] : String(index))
          ? step(item, tail)
          : item,
      );
    }
    if (!isTable(value)) return value;
    if (tail.length > 0) return { ...value, [head]: step(value[head] as TomlValue, tail) };
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== head));
  };
  return step(config, path.split(/[.[\]]+/)) as TomlTable;
}
