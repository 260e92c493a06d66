import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../shared/engine/json.ts";
import { readFacts } from "../../shared/resources/common/host-facts.ts";
import { parseHostOutput } from "../../shared/resources/common/host-output.ts";
import { parsePolicy } from "../../shared/resources/common/policy-document.ts";
import { readManifest } from "../../shared/resources/gitlab/backup-manifest.ts";
import { readGitLabCheck } from "../../shared/resources/gitlab/host-requests.ts";
import { managerAnswer } from "../../shared/resources/machines/list-machines.ts";
import { readReading } from "../../shared/resources/runner/reading.ts";
import { foreignText, nearly } from "./nearly.ts";

const machines = {
  machines: {
    instance: "i-0",
    path: "/data/machines",
    mount: "/data",
    sentinel: { volume: "vol-0", generation: 1 },
    machines: [{ name: "runner-t9wkyjhg-acme-1-2", instanceId: "i-1" }],
    count: 1,
    hash: "h",
  },
  processes: [],
  sections: ["runner-t9wkyjhg-acme-%s"],
  systemId: "r_abcdefghijkl",
};

/** Each reader of what a document answered, with a result that it takes or the nearest thing to one. */
const readers: readonly (readonly [string, unknown, (result: Json) => object])[] = [
  [
    "facts",
    { mounts: [], files: [], services: [], gitlab: null, runner: null, machines: null, processes: null },
    readFacts,
  ],
  ["read-runner", { config: null, runners: {} }, readReading],
  ["check-gitlab", { version: "19.5.3-ee", migrations: 0 }, readGitLabCheck],
  ["list-machines", machines, (result) => managerAnswer(result, "n")],
];

test.each(readers)("whatever a %s document answers is understood or told in a sentence", (_, sample, read) => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), nearly(sample)), (value) => {
      const answer = read(value as Json);
      expect(typeof answer).toBe("object");
      const why = Reflect.get(answer, "why") ?? Reflect.get(answer, "unreadable");
      if (why !== undefined) expect(String(why)).not.toBe("");
    }),
    { numRuns: 500 },
  );
});

test("a machines list that is changed in any part is never an answer of another shape", () => {
  fc.assert(
    fc.property(nearly(machines), (value) => {
      const answer = managerAnswer(value, "n");
      if ("why" in answer) return;
      expect(Array.isArray(answer.machines)).toBe(true);
      expect(answer.machines.every(({ name }) => typeof name === "string")).toBe(true);
      expect(Number.isInteger(answer.count)).toBe(true);
      expect(answer.nonce).toBe("n");
    }),
    { numRuns: 500 },
  );
});

test("whatever a command prints without its end mark is no answer", () => {
  const expected = { document: "facts", nonce: "0".repeat(32), instanceId: "i-0" } as const;
  fc.assert(
    fc.property(foreignText({ document: "fleetkeeper-facts", state: "done", result: {} }), (text) => {
      const answer = parseHostOutput(text, expected);
      expect(answer.ok).toBe(false);
      if (!answer.ok) expect(answer.why).not.toBe("");
    }),
    { numRuns: 500 },
  );
});

test("a backup's manifest is read or told to be none, whatever lies in the bucket", () => {
  const sample = { version: 1, id: "1", gitlab: "19.5.3-ee", at: 1, files: [] };
  fc.assert(
    fc.property(foreignText(sample), (text) => {
      expect(typeof readManifest(text)).toBe("object");
    }),
    { numRuns: 500 },
  );
});

test("a policy is read or kept as unreadable, whatever somebody else wrote", () => {
  const statement = {
    Sid: "a",
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: ["s3:*"],
    Resource: "*",
    Condition: { Bool: { a: "b" } },
  };
  const sample = { Version: "2012-10-17", Statement: [statement] };
  fc.assert(
    fc.property(fc.oneof(foreignText(sample), foreignText(sample).map(escaped)), (text) => {
      expect(typeof parsePolicy(text)).toBe("object");
    }),
    { numRuns: 500 },
  );
});

/** As IAM gives it; what isn't Unicode stays as it is. */
function escaped(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
