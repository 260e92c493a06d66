import fc from "fast-check";

/** What nobody expects where something else belongs. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    "",
    " ",
    "__proto__",
    "../../etc/passwd",
    "\u0000",
    "$(reboot)",
    [],
    {},
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The value with one to three of its parts taken away, repeated, or made something else: what an odd or newer writer gives. */
export function nearly(value: unknown): fc.Arbitrary<unknown> {
  const edit = fc.record({
    at: fc.nat(),
    how: fc.constantFrom("drop", "replace", "replace", "wrap", "add") as fc.Arbitrary<
      "drop" | "replace" | "wrap" | "add"
    >,
    with: odd,
  });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) =>
    edits.reduce<unknown>((result, { at, how, with: other }) => {
      const paths = pathsOf(result);
      return edited(result, paths[at % paths.length] ?? [], how, other);
    }, value),
  );
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return [path, ...inner];
}

function edited(value: unknown, path: Path, how: "drop" | "replace" | "wrap" | "add", other: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    if (how === "wrap") return [value];
    if (how === "add" && typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { ...value, unexpected: other };
    }
    return other;
  }
  if (Array.isArray(value)) {
    if (how === "drop" && rest.length === 0) return value.filter((_, index) => index !== key);
    return value.map((item, index) => (index === key ? edited(item, rest, how, other) : item));
  }
  const entries = Object.entries(Object(value) as Record<string, unknown>);
  if (how === "drop" && rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(
    entries.map(([name, item]) => [name, name === key ? edited(item, rest, how, other) : item]),
  );
}

/** Any text, and text that nearly is JSON. */
export function foreignText(sample: unknown): fc.Arbitrary<string> {
  const json = fc.oneof(fc.jsonValue(), nearly(sample)).map((value) => JSON.stringify(value) ?? "");
  return fc.oneof(
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
    { weight: 4, arbitrary: json },
    { weight: 1, arbitrary: fc.tuple(json, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))) },
  );
}
