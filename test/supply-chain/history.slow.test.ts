import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** Every line that was ever added. Patterns as of secrets.test.ts, in the form that git's own search takes. */
const patterns = [
  "(AKIA|ASIA)[A-Z2-7]{16}",
  "glpat-[A-Za-z0-9_-]{20}",
  "gh[pousr]_[A-Za-z0-9]{36}",
  "npm_[A-Za-z0-9]{36}",
];
const plain = /EXAMPLE|FLEETKEEPERTESTS|x{8}|0{8}|1234|abcd|test|QWERTZ/i;

test.each(patterns)("no commit ever held %s", (pattern) => {
  const log = execFileSync(
    "git",
    ["log", "--all", "--extended-regexp", `-G${pattern}`, "-p", "--unified=0", "--format="],
    {
      encoding: "utf8",
      maxBuffer: 1 << 30,
    },
  );
  const added = log.split("\n").filter((line) => line.startsWith("+") && new RegExp(pattern).test(line));
  expect(added.filter((line) => !plain.test(line)).map((line) => line.slice(0, 60))).toEqual([]);
});
