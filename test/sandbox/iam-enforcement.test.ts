import { runSimulation } from "@cloud-copilot/iam-simulate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { holds, UnknownOperator } from "../../sandbox/iam-enforcement/condition.ts";
import { evaluate, parsePolicy } from "../../sandbox/iam-enforcement/evaluate.ts";
import { fits } from "../../sandbox/iam-enforcement/pattern.ts";

/** A variable of IAM's. */
const fleet = `\${aws:PrincipalTag/fleet}`;
const account = "123456789012";
const resource = (name: string) => `arn:aws:ec2:eu-central-1:${account}:instance/${name}`;

test("a value that comes by a variable has no wildcards, and a variable without a value fits nothing", () => {
  const context = new Map([["aws:principaltag/fleet", ["ac*e"]]]);
  const pattern = `arn:aws:s3:::state/fleets/${fleet}/*`;
  expect(fits(pattern, "arn:aws:s3:::state/fleets/ac*e/x", context)).toBe(true);
  expect(fits(pattern, "arn:aws:s3:::state/fleets/acme/x", context)).toBe(false);
  expect(fits(pattern, "arn:aws:s3:::state/fleets//x", new Map())).toBe(false);
});

test("an operator that isn't modelled is an error, never an answer", () => {
  expect(() => holds({ NumericLessThan: { "s3:max-keys": "10" } }, new Map())).toThrow(UnknownOperator);
});

const conditions = fc.constantFrom(
  undefined,
  { StringEquals: { "aws:ResourceTag/fleet": "acme" } },
  { StringNotEquals: { "aws:ResourceTag/fleet": "acme" } },
  { StringEqualsIfExists: { "aws:ResourceTag/fleet": "acme" } },
  { StringLike: { "aws:ResourceTag/fleet": ["ac?e", "t*"] } },
  { StringEquals: { "aws:ResourceTag/fleet": fleet } },
  { Null: { "aws:ResourceTag/fleet": "true" } },
  { Null: { "aws:ResourceTag/fleet": "false" } },
);
const statement = fc.record({
  Effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
  Action: fc.constantFrom("ec2:StopInstances", "ec2:*", "ec2:St?pInstances", "ec2:TerminateInstances"),
  Resource: fc.constantFrom("*", resource("*"), resource("i-1"), resource(`i-${fleet}`)),
  Condition: conditions,
});
const context = fc.record(
  {
    "aws:ResourceTag/fleet": fc.constantFrom("acme", "tiny", "acne"),
    "aws:PrincipalTag/fleet": fc.constantFrom("acme", "1"),
  },
  { requiredKeys: [] },
);

test("an independent simulator judges as we do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 3 }), context, async (statements, given) => {
      const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
      const ours = evaluate(
        { policies: [parsePolicy("p", policy)], limits: [] },
        {
          action: "ec2:StopInstances",
          resource: resource("i-1"),
          context: new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), [value]])),
        },
      );
      const theirs = await runSimulation(
        {
          identityPolicies: [{ name: "p", policy: JSON.parse(policy) }],
          serviceControlPolicies: [],
          resourceControlPolicies: [],
          request: {
            action: "ec2:StopInstances",
            principal: `arn:aws:iam::${account}:role/worker`,
            resource: { resource: resource("i-1"), accountId: account },
            contextVariables: given,
          },
        },
        {},
      );
      expect(theirs.resultType, JSON.stringify(theirs)).toBe("single");
      const result = theirs.resultType === "single" ? theirs.result.analysis.result : "none";
      expect(ours.allowed, policy).toBe(result === "Allowed");
    }),
    { numRuns: 150 },
  );
});
