import { expect, test } from "vitest";
import { problemRecord } from "../../shared/desired/problem-record.ts";
import { problemsOf, small } from "./sample.ts";

function recordsOf(text: string): string[] {
  return problemsOf(text).map((problem) => problemRecord(problem, text));
}

test("a problem is kept with its place and its rule, without what stands in the file", () => {
  expect(recordsOf(small({ mode: "Enforced" }))).toEqual([
    "fleet.yaml:5:9: spec.mode: not valid (expected one of Observe, Enforce)",
  ]);
  const [record] = recordsOf(small({ cache: "{ bucket: hunter2hunter2hunter2-Q }" }));
  expect(record).toMatch(/^fleet\.yaml:8:20: spec\.cache\.bucket: not valid \(expected /);
  expect(record).not.toContain("hunter2");
});

test("keys that the schema doesn't know are elided in paths and messages, those that it knows are kept", () => {
  const [record] = recordsOf(small({ "correct-horse-battery": "1" }));
  expect(record).toBe(
    "fleet.yaml:9:3: spec.…: unknown key (expected one of mode, region, accountId, tags, suspend, iam, network, cache, host, runners, garbageCollection, maintenance, notifications)",
  );
});
