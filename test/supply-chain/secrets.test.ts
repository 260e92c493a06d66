import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What real secrets look like. AWS's own examples and this repository's plain inventions look otherwise, or are named. */
const patterns: Readonly<Record<string, RegExp>> = {
  "an AWS access key": /\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE|FLEETKEEPERTESTS)[A-Z2-7]{16}\b/,
  "a private key": /-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{100,}/,
  "a GitLab token": /\bgl(?:pat|ptt|dt|soat|cbt)-[A-Za-z0-9_-]{20,}\b/,
  "a GitHub token": /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})\b/,
  "a Slack token": /\bxox[abprs]-[A-Za-z0-9-]{20,}/,
  "an npm token": /\bnpm_[A-Za-z0-9]{36}\b/,
};

/** Invented for tests, in a form that must be the real one's. */
const invented = [/x{8}|0{8}|1234|abcd|test|EXAMPLE/i];

function findings(text: string): readonly string[] {
  return Object.entries(patterns).flatMap(([what, pattern]) =>
    [...text.matchAll(new RegExp(pattern, "g"))]
      .filter(([found]) => !invented.some((plain) => plain.test(found)))
      .map(([found]) => `${what}: ${found.slice(0, 12)}...`),
  );
}

const git = (...options: readonly string[]) => execFileSync("git", options, { encoding: "utf8", maxBuffer: 1 << 30 });

test("no file of the repository holds a secret", () => {
  const files = git("ls-files", "-z")
    .split("\0")
    .filter((name) => name !== "");
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) => {
    try {
      return findings(readFileSync(name, "utf8")).map((what) => `${name}: ${what}`);
    } catch {
      // Deleted and not committed yet.
      return [];
    }
  });
  expect(found).toEqual([]);
});

test("what looks like a secret is found", () => {
  expect(findings(`aws_access_key_id = AKIA${"QWERTZUIOPASDFGH"}`)).toHaveLength(1);
  expect(findings(`token = "glpat-${"Zk3jQ9vLm2PqRtUwXyAb"}"`)).toHaveLength(1);
  expect(findings("AKIAIOSFODNN7EXAMPLE")).toEqual([]);
});
