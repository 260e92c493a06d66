import fc from "fast-check";
import { expect, test } from "vitest";
import { isMap, isScalar, parseDocument, parse as parseYaml, stringify } from "yaml";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { jsonSchema, schemasAt } from "../../shared/desired/json-schema.ts";
import { type Path, type Problem, pathText } from "../../shared/desired/problem.ts";
import { problemsText } from "../../shared/desired/problem-text.ts";
import { sample } from "./sample.ts";

function expectPlacesInside(problems: readonly Problem[], text: string): void {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const problem of problems) {
    const line = lines[problem.line - 1];
    expect(line, "line").toBeDefined();
    expect(problem.column).toBeGreaterThanOrEqual(1);
    expect(problem.column).toBeLessThanOrEqual((line ?? "").length + 1);
    expect(problem.length).toBeGreaterThanOrEqual(1);
  }
  expect(problemsText(problems)).not.toMatch(/(?![\n\t])\p{Cc}/u);
}

function problemsAnyway(text: string): readonly Problem[] {
  const parsed = parseFleet(text, "f");
  return parsed.ok ? parsed.warnings : parsed.problems;
}

test("any text gives problems with places inside it, and nothing thrown", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const parsed = parseFleet(text, "f");
      expect(parsed.ok).toBe(false);
      if (!parsed.ok) {
        expect(parsed.problems.length).toBeGreaterThan(0);
        expectPlacesInside(parsed.problems, text);
      }
    }),
    { numRuns: 150 },
  );
});

test("any text of YAML's own characters does too", () => {
  const piece = fc.constantFrom(
    ..."-:?[]{},#&*!|>'\"%@` \n\t.ab01<~",
    "---\n",
    "...\n",
    "<<: ",
    "*a",
    "&a ",
    "  ",
    ": ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join("");
      expectPlacesInside(problemsAnyway(text), text);
    }),
    { numRuns: 400 },
  );
});

test("any bytes do too", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const parsed = parseFleet(bytes, "f");
      if (!parsed.ok) expectPlacesInside(parsed.problems, new TextDecoder().decode(bytes));
    }),
    { numRuns: 150 },
  );
});

test("any data in the place of any section do too", () => {
  const sections = [
    "network",
    "cache",
    "host",
    "iam",
    "tags",
    "maintenance",
    "notifications",
    "garbageCollection",
    "suspend",
  ];
  const whole = parseYaml(sample("acme"));
  fc.assert(
    fc.property(fc.constantFrom(...sections), fc.jsonValue({ maxDepth: 4 }), (section, value) => {
      const text = stringify({ ...whole, spec: { ...whole.spec, [section]: value } });
      expectPlacesInside(problemsAnyway(text), text);
    }),
    { numRuns: 150 },
  );
});

test("the sample with any one character changed is read or refused at a place", () => {
  const text = sample("acme");
  fc.assert(
    fc.property(
      fc.nat({ max: text.length - 1 }),
      fc.constantFrom("", "x", ":", "\t", "'", "[", "*", "\n"),
      (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        expectPlacesInside(problemsAnyway(changed), changed);
      },
    ),
    { numRuns: 150 },
  );
});

/** Every key of a sample, as its path. */
function keysOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => keysOf(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[...path, key], ...keysOf(child, [...path, key])]);
}

function stringsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    stringsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

test("a value that is refused is shown where it stands", () => {
  const whole = sample("acme");
  fc.assert(
    fc.property(fc.constantFrom(...stringsOf(parseYaml(whole))), (path) => {
      const document = parseDocument(whole);
      document.setIn(path, "@@wrong@@");
      const parsed = parseFleet(document.toString({ lineWidth: 0 }), "f");
      const problem = parsed.ok ? undefined : parsed.problems.find((one) => pathText(one.path) === pathText(path));
      if (problem === undefined) return;
      expect(problem.source.slice(problem.caret, problem.caret + problem.length), pathText(path)).toMatch(
        /^"@@wrong@@"$|^\*+$/,
      );
    }),
    { numRuns: 60 },
  );
});

test("shell, YAML, TOML and Ruby in any text field is refused, or arrives byte for byte", () => {
  const whole = sample("acme");
  const paths = stringsOf(parseYaml(whole));
  const nasty = fc
    .array(
      fc.constantFrom(
        "$(id)",
        "`id`",
        "; rm -rf /",
        "'",
        '"',
        "\\",
        "#{`id`}",
        "\n",
        "\r",
        "\t",
        "\0",
        "%{x}",
        "$" + "{x}",
        "{{ssm:x}}",
        '"""',
        "\n[[runners]]",
        "': x",
        "&a",
        "*a",
        "a",
        "é",
        "\u2028",
        "\u202e",
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.constantFrom(...paths), nasty, (path, text) => {
      const document = parseDocument(whole);
      document.setIn(path, text);
      const parsed = parseFleet(document.toString(), "f");
      if (parsed.ok) expect(at(parsed.fleet, path)).toBe(text);
      else expect(parsed.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 80 },
  );
});

for (const name of ["acme", "minimal"] as const) {
  const root = jsonSchema();
  const text = sample(name);

  test(`a key deleted from the ${name} sample is a problem there, or has a documented default`, () => {
    const paths = keysOf(parseYaml(text));
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const document = parseDocument(text);
      document.deleteIn(path);
      const parsed = parseFleet(document.toString(), "f");
      const parent = schemasAt(root, path.slice(0, -1));
      const mandatory =
        parent.length > 0 && parent.every((node) => node.required?.includes(String(path.at(-1))) === true);
      if (parsed.ok) {
        expect(mandatory, pathText(path)).toBe(false);
        continue;
      }
      const places = parsed.problems
        .filter(({ severity }) => severity === "error")
        .map((problem) => pathText(problem.path));
      const near = places.some((place) => place.startsWith(pathText(path.slice(0, -1))));
      expect(near, `${pathText(path)}: ${places.join(", ")}`).toBe(true);
      if (mandatory && parent.length === 1) expect(places).toContain(pathText(path));
    }
  });

  test(`a key of the ${name} sample renamed is an unknown key, with the right one suggested`, () => {
    for (const path of keysOf(parseYaml(text))) {
      const parent = schemasAt(root, path.slice(0, -1));
      if (!parent.some((node) => node.properties !== undefined)) continue;
      const key = String(path.at(-1));
      const document = parseDocument(text);
      const map = document.getIn(path.slice(0, -1), true);
      const holder = path.length === 1 ? document.contents : map;
      if (!isMap(holder)) throw new Error(pathText(path));
      for (const pair of holder.items) if (isScalar(pair.key) && pair.key.value === key) pair.key.value = `${key}X`;
      const parsed = parseFleet(document.toString(), "f");
      const problem = parsed.ok ? undefined : parsed.problems.find((one) => one.path.at(-1) === `${key}X`);
      expect(problem, pathText(path)).toMatchObject({ message: "unknown key", hint: `Did you mean ${key}?` });
      if (problem === undefined) continue;
      expect(problem.source.slice(problem.caret, problem.caret + problem.length)).toBe(`${key}X`);
    }
  });
}
