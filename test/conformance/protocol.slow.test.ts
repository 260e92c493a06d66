import { execFile, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { isDeepStrictEqual, promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import deviations from "./protocol-deviations.json" with { type: "json" };
import { type ProtocolName, protocolNames, readRequest, suitesOf, writeAnswer } from "./protocol-fixtures.ts";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;

beforeAll(() => run("bash", [here("../../.ci/protocol-fixtures")]));

/** SHOW=1 prints what each differing fixture reads and asks. */
const shows = process.env["SHOW"] !== undefined;
const known = deviations as Readonly<Record<string, string>>;

function check(direction: string, protocol: ProtocolName, differing: readonly string[], total: number): void {
  const prefix = `${direction} ${protocol} `;
  const named = Object.keys(known).filter((key) => key.startsWith(prefix));
  expect(differing.map((id) => prefix + id).sort()).toEqual(named.sort());
  expect(total).toBeGreaterThan(15);
}

test.each(protocolNames)("requests of %s are read as AWS's fixtures say, but for the listed ones", async (protocol) => {
  const differing: string[] = [];
  let total = 0;
  for (const suite of await suitesOf("input", protocol)) {
    for (const fixture of suite.cases) {
      total += 1;
      let same = false;
      try {
        const { read, asked } = readRequest(protocol, suite, fixture);
        same = isDeepStrictEqual(read, asked);
        if (!same && shows) process.stdout.write(`${fixture.id} ${JSON.stringify({ read, asked })}\n`);
      } catch (error) {
        if (shows) process.stdout.write(`${fixture.id} ${String(error)}\n`);
      }
      if (!same) differing.push(fixture.id);
    }
  }
  check("input", protocol, differing, total);
});

test.each(protocolNames)(
  "answers of %s are understood by botocore as AWS's fixtures say, but for the listed ones",
  async (protocol) => {
    const child = spawn(here("../../.venv/bin/python"), [here("protocol.py")], { stdio: ["pipe", "pipe", "inherit"] });
    const expected = new Map<string, unknown>();
    for (const { metadata, shapes, cases } of await suitesOf("output", protocol)) {
      for (const fixture of cases) {
        const { id, given, result = {}, errorCode } = fixture;
        const answer = writeAnswer(protocol, { metadata, shapes, cases }, fixture);
        const { status, headers } = answer;
        const body = Buffer.from(answer.body).toString("base64");
        child.stdin.write(
          `${JSON.stringify({ id, protocol, metadata, shapes, given, answer: { status, headers, body } })}\n`,
        );
        expected.set(id, errorCode ?? result);
      }
    }
    child.stdin.end();
    const lines = (await text(child.stdout)).trim().split("\n");
    const differing: string[] = [];
    for (const line of lines) {
      const { id, found } = JSON.parse(line) as { readonly id: string; readonly found: Record<string, unknown> };
      const wanted = expected.get(id);
      const error = found["Error"] as { readonly Code?: string } | undefined;
      const same = typeof wanted === "string" ? error?.Code === wanted : isDeepStrictEqual(found, wanted);
      if (!same && shows) process.stdout.write(`${id} ${JSON.stringify({ found, wanted })}\n`);
      if (!same) differing.push(id);
    }
    expect(lines).toHaveLength(expected.size);
    check("output", protocol, differing, expected.size);
  },
);
