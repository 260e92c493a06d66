import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../shared/engine/json.ts";
import { policyChanges } from "../../../shared/resources/common/policy-diff.ts";
import {
  type PolicyDocument,
  parsePolicy,
  renderPolicy,
  samePolicy,
  tidyPolicy,
} from "../../../shared/resources/common/policy-document.ts";

const actions = ["s3:GetObject", "s3:PutObject", "ec2:RunInstances", "kms:*", "*"];
const resources = ["*", "arn:aws:s3:::acme/*", "arn:aws:s3:::Acme/*", "arn:aws:iam::123456789012:role/a"];
const values = fc.oneof(
  fc.constantFrom("a", "A", "203.0.113.0/24", "true"),
  fc.boolean(),
  fc.integer({ min: 0, max: 9 }),
);
const oneOrMore = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })) as fc.Arbitrary<Json>;
const principal = fc.oneof(
  fc.constant("*"),
  fc.record({
    AWS: oneOrMore(
      fc.constantFrom(
        "123456789012",
        "arn:aws:iam::123456789012:root",
        "AROAEXAMPLEID",
        "arn:aws:iam::123456789012:role/a",
      ),
    ),
  }),
  fc.record({ Service: oneOrMore(fc.constantFrom("ec2.amazonaws.com", "lambda.amazonaws.com")) }),
) as fc.Arbitrary<Json>;
const condition = fc.dictionary(
  fc.constantFrom("StringEquals", "Bool", "NumericLessThan", "ForAnyValue:StringLike"),
  fc.dictionary(fc.constantFrom("aws:SourceIp", "s3:prefix", "aws:SecureTransport"), oneOrMore(values), { maxKeys: 2 }),
  { maxKeys: 2 },
);
const statement = fc.record(
  {
    Sid: fc.constantFrom("", "A", "B"),
    Effect: fc.constantFrom("Allow", "Deny"),
    Action: oneOrMore(fc.constantFrom(...actions)),
    Resource: oneOrMore(fc.constantFrom(...resources)),
    Principal: principal,
    Condition: condition,
  },
  { requiredKeys: ["Effect", "Action"] },
) as fc.Arbitrary<JsonObject>;
const document = fc.record(
  { Version: fc.constantFrom("2012-10-17", "2008-10-17"), Statement: fc.array(statement, { maxLength: 4 }) },
  { requiredKeys: ["Version", "Statement"] },
) as fc.Arbitrary<JsonObject>;

/** The same meaning, written otherwise: the choices come from a seed. */
function rewritten(value: JsonObject, seed: number): string {
  let state = seed;
  const flip = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % 3 === 0;
  };
  const list = (each: Json): Json => {
    const all = Array.isArray(each) ? (each as readonly Json[]) : [each];
    const turned = flip() ? [...all].reverse() : [...all, ...(flip() ? all : [])];
    return turned.length === 1 && flip() ? (turned[0] ?? null) : turned;
  };
  const text = (each: Json): Json => (typeof each === "string" ? each : flip() ? JSON.stringify(each) : each);
  const rewrite = (element: string, each: Json): Json => {
    if (element === "Action") {
      const all = list(each);
      const lower = flip();
      return JSON.parse(lower ? JSON.stringify(all).toLowerCase() : JSON.stringify(all));
    }
    if (element === "Resource") return list(each);
    if (element === "Principal" && typeof each === "object") {
      return Object.fromEntries(
        Object.entries(each as JsonObject).map(([type, names]) => [
          type,
          JSON.parse(
            JSON.stringify(list(names)).replaceAll(
              /"123456789012"|"arn:aws:iam::123456789012:root"/g,
              flip() ? '"123456789012"' : '"arn:aws:iam::123456789012:root"',
            ),
          ),
        ]),
      );
    }
    if (element === "Principal") return flip() ? { AWS: "*" } : each;
    if (element === "Condition") {
      return Object.fromEntries(
        Object.entries(each as JsonObject).map(([operator, keys]) => [
          operator,
          Object.fromEntries(
            Object.entries(keys as JsonObject)
              .reverse()
              .map(([key, some]) => [
                flip() ? key.toLowerCase() : key,
                Array.isArray(some) ? list((some as readonly Json[]).map(text)) : list(text(some)),
              ]),
          ),
        ]),
      );
    }
    return each;
  };
  const statements = (value["Statement"] as readonly JsonObject[]).map((each) =>
    Object.fromEntries(
      Object.entries(each)
        .filter(([element]) => element !== "Sid" || flip())
        .reverse()
        .map(([element, part]) => [element, rewrite(element, part)]),
    ),
  );
  const written = JSON.stringify({
    Statement: statements.length === 1 && flip() ? statements[0] : [...statements].reverse(),
    ...(flip() ? { Id: "x" } : {}),
    ...(value["Version"] === "2008-10-17" && flip() ? {} : { Version: value["Version"] }),
  });
  return flip() ? encodeURIComponent(written) : written;
}

describe("policy documents", () => {
  test("tidying twice changes nothing, and what is rendered reads back as it was", () => {
    fc.assert(
      fc.property(document, (value) => {
        const tidy = tidyPolicy(value);
        expect(tidyPolicy(tidy)).toEqual(tidy);
        expect(parsePolicy(renderPolicy(tidy))).toEqual(tidy);
        expect(parsePolicy(encodeURIComponent(renderPolicy(tidy)))).toEqual(tidy);
      }),
    );
  });

  test("the same meaning written otherwise is the same policy", () => {
    fc.assert(
      fc.property(document, fc.nat(), (value, seed) => {
        const other = parsePolicy(rewritten(value, seed));
        expect(samePolicy(tidyPolicy(value), other)).toBe(true);
        expect(policyChanges("p", other, tidyPolicy(value))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("policies differ exactly where changes are named", () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        const [from, to] = [tidyPolicy(a), tidyPolicy(b)];
        expect(policyChanges("p", from, to).length === 0).toBe(samePolicy(from, to));
      }),
      { numRuns: 500 },
    );
  });

  const base = policy({
    Sid: "A",
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:PutObject"],
    Resource: "arn:aws:s3:::a/*",
  });

  test.for<[string, JsonObject, string]>([
    [
      "another action",
      { Sid: "A", Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::a/*" },
      "p.statement[A].action",
    ],
    [
      "another effect",
      { Sid: "A", Effect: "Deny", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::a/*" },
      "p.statement[A].effect",
    ],
    [
      "a resource in another case",
      { Sid: "A", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::A/*" },
      "p.statement[A].resource",
    ],
    [
      "a condition more",
      {
        Sid: "A",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: "arn:aws:s3:::a/*",
        Condition: { Bool: { x: true } },
      },
      "p.statement[A].condition",
    ],
    [
      "NotAction for Action",
      { Sid: "A", Effect: "Allow", NotAction: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::a/*" },
      "p.statement[A].action",
    ],
  ])("%s is named by statement and element", ([, statement, path]) => {
    expect(policyChanges("p", policy(statement), base).map((change) => change.path)).toContain(path);
  });

  test("a principal that was deleted (AIDA..., AROA...) is never taken for one that exists", () => {
    const to = policy({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:role/a" },
      Action: "sts:AssumeRole",
    });
    const from = policy({ Effect: "Allow", Principal: { AWS: "AROAEXAMPLEID" }, Action: "sts:AssumeRole" });
    expect(policyChanges("trust", from, to)).toEqual([
      {
        path: "trust.statement[allow sts:AssumeRole].principal",
        from: { AWS: ["AROAEXAMPLEID"] },
        to: { AWS: ["arn:aws:iam::123456789012:role/a"] },
      },
    ]);
  });

  test("without a version it is the old language, in which policy variables are plain text", () => {
    const old = parsePolicy(JSON.stringify({ Statement: base.Statement }));
    expect(policyChanges("p", old, base)).toEqual([{ path: "p.version", from: "2008-10-17", to: "2012-10-17" }]);
  });

  test("a document that can't be read differs from every other and is replaced whole", () => {
    const from = parsePolicy("%E0%A4%A");
    expect(policyChanges("p", from, base)).toEqual([{ path: "p", from: { Unreadable: "%E0%A4%A" }, to: base }]);
  });

  test("two condition keys that differ by case only stay two tests", () => {
    const both = policy({ Effect: "Allow", Action: "*", Condition: { StringEquals: { "aws:X": "a", "AWS:x": "b" } } });
    const either = policy({ Effect: "Allow", Action: "*", Condition: { StringEquals: { "aws:x": ["a", "b"] } } });
    expect(samePolicy(both, either)).toBe(false);
  });
});

function policy(statement: JsonObject): PolicyDocument {
  return tidyPolicy({ Version: "2012-10-17", Statement: [statement] });
}
