import { expect, test } from "vitest";
import { brief, fleetOf, problemsOf, small } from "./sample.ts";

function firstOf(text: string | Uint8Array) {
  const [problem] = problemsOf(text);
  return problem === undefined ? undefined : `${problem.line}:${problem.column}: ${problem.message}`;
}

for (const [what, text, first] of [
  ["an empty file", "", "1:1: the file is empty"],
  ["a file of comments", "# nothing\n", "1:1: the file is empty"],
  ["an empty document", "---\n", "1:1: the file is empty"],
  ["two documents", "a: 1\n---\nb: 2\n", "2:1: a second document starts here"],
  ["a list", "- a\n", "1:1: not a mapping"],
  ["a text", "hello\n", "1:1: not a mapping"],
  ["a tab as indentation", "spec:\n\tmode: Observe\n", "2:1: a tab indents this line"],
  ["a tab after spaces", "spec:\n  a: 1\n \tmode: Observe\n", "3:1: a tab indents this line"],
  ["YAML 1.1", "%YAML 1.1\n---\na: yes\n", "1:1: another version of YAML"],
  ["a tag of another language", "a: !!python/object x\n", "1:4: a tag that has no meaning here"],
  ["a quote that never ends", 'a: "b\n', '2:1: not valid YAML: Missing closing "quote'],
  ["brackets without end", "[".repeat(100_000), "1:1: nested too deeply"],
  ["more than 1 MiB", "a".repeat(1_048_577), "1:1: the file is too large"],
] as const) {
  test(`${what} is refused at its place`, () => {
    expect(firstOf(text)).toBe(first);
  });
}

test("bytes that aren't UTF-8 are refused where the first one stands", () => {
  expect(firstOf(Uint8Array.from([0x61, 0x3a, 0x0a, 0x62, 0x3a, 0x20, 0xff]))).toBe("2:4: not UTF-8 text");
});

test("a file as bytes means what it means as text, with a byte order mark and Windows line ends too", () => {
  const bytes = new TextEncoder().encode(`\uFEFF${small().replaceAll("\n", "\r\n")}`);
  expect(problemsOf(bytes)).toEqual([]);
});

test("a key that stands twice is refused, and what stands in both is still checked", () => {
  const problems = problemsOf(small().replace("  mode: Enforce", "  mode: nonsense\n  mode: Enforce"));
  expect(brief(problems)).toEqual(["spec.mode: not valid", "spec.mode: this key stands twice in one mapping"]);
  expect(problems.map(({ line }) => line)).toEqual([5, 6]);
});

test("aliases that multiply are refused fast", () => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`);
  expect(firstOf(`a0: &a0 [x]\n${levels.join("\n")}\n`)).toBe("1:1: too much data once its aliases are followed");
  const merges = Array.from(
    { length: 12 },
    (_, i) => `a${i + 1}: &a${i + 1} { <<: [${Array(9).fill(`*a${i}`).join(", ")}] }`,
  );
  expect(firstOf(`a0: &a0 { x: 1 }\n${merges.join("\n")}\n`)).toBe("1:1: too much data once its aliases are followed");
});

test("an alias of nothing is refused", () => {
  expect(brief(problemsOf("apiVersion: *b\nkind: &b x\n"))).toContain(
    "apiVersion: an alias without an anchor of its name before it",
  );
});

test("an alias within itself is refused", () => {
  expect(brief(problemsOf("apiVersion: &a { b: *a }\n"))).toContain(
    "apiVersion.b: an alias of something that it is itself a part of",
  );
});

test("a value that came by an alias is shown where it is written, with the line that uses it", () => {
  const text = small({ tags: "{ a: &region eu-central }", region: "*region" });
  const alias = text.replace(/ {2}tags:.*\n/, "").replace("spec:\n", "spec:\n  tags: { a: &region eu-central }\n");
  const problem = problemsOf(alias).find((one) => one.path.at(-1) === "region");
  expect(problem).toMatchObject({ line: 5, column: 22, usedAt: 7, got: '"eu-central"' });
});

test("merge keys bring values, the mapping's own keys win, and problems stand where they are written", () => {
  const text = `apiVersion: fleetkeeper.dev/v1
kind: GitLabFleet
metadata: { name: acme }
spec:
  mode: Enforce
  region: eu-central-1
  network: { vpcId: vpc-0a1b2c3d4e5f60718, hostSubnetId: subnet-0aaaaaaaaaaaaaaa1, machineSubnetIds: [subnet-0bbbbbbbbbbbbbbb2], allowedCidrs: [203.0.113.0/24] }
  maintenance:
    windows:
      - &night { days: [Mon], start: "02:00", duration: 3h }
      - { <<: *night, days: [Tue] }
      - { <<: [{ duration: 1h }, *night], days: [Wed] }
  cache: { bucket: acme-cache }
`;
  expect(fleetOf(text).spec.maintenance.windows).toEqual([
    { days: ["Mon"], start: "02:00", duration: 10_800_000 },
    { days: ["Tue"], start: "02:00", duration: 10_800_000 },
    { days: ["Wed"], start: "02:00", duration: 3_600_000 },
  ]);
  const problems = problemsOf(text.replace("duration: 3h", "duration: 3x"));
  expect(problems.map(({ line, usedAt, path }) => [line, usedAt, path[3]])).toEqual([
    [10, undefined, 0],
    [10, 11, 1],
  ]);
});

test("an alias means the nearest anchor before it", () => {
  const text = small({
    tags: "{ a: &x one, b: *x, c: &x two, d: *x }",
  });
  expect(fleetOf(text).spec.tags).toEqual({ a: "one", b: "one", c: "two", d: "two" });
});

test("keys that aren't text, and __proto__, are refused", () => {
  expect(brief(problemsOf(small({ tags: "{ 1: x }" })))).toEqual(["spec.tags: a key that is not text"]);
  expect(brief(problemsOf(small({ tags: "{ __proto__: x }" })))).toEqual(["spec.tags.__proto__: unknown key"]);
});

test("numbers that aren't finite are refused", () => {
  expect(brief(problemsOf(small({ garbageCollection: "{ perRunMaximum: .inf }" })))[0]).toBe(
    "spec.garbageCollection.perRunMaximum: not a value that means something here",
  );
});
