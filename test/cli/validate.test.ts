import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fleetkeeper } from "./terminal.ts";

async function fileOf(text: string | Uint8Array): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "fleet-")), "a.fleet.yaml");
  await writeFile(file, text);
  return file;
}

test.each(["desired-state/acme.fleet.yaml", "desired-state/minimal.fleet.yaml"])("%s is valid", async (file) => {
  expect(await fleetkeeper(["validate", file])).toEqual({ exit: 0, stdout: `${file}: valid\n`, stderr: "" });
});

test("a misspelt key is named with its place, the line, and what was meant", async () => {
  const sample = await readFile("desired-state/minimal.fleet.yaml", "utf8");
  const file = await fileOf(sample.replace("allowedCidrs", "allowedCidr"));
  const { exit, stdout, stderr } = await fleetkeeper(["validate", file]);
  expect(exit).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toMatch(new RegExp(`^${file}:\\d+:5: spec\\.network\\.allowedCidr: unknown key`, "m"));
  expect(stderr).toContain("Did you mean allowedCidrs?");
});

test("several files are all checked, and one bad file doesn't hide the others", async () => {
  const bad = await fileOf("");
  const { exit, stdout, stderr } = await fleetkeeper([
    "validate",
    bad,
    "desired-state/minimal.fleet.yaml",
    "/no/such/file",
  ]);
  expect(exit).toBe(1);
  expect(stdout).toBe("desired-state/minimal.fleet.yaml: valid\n");
  expect(stderr).toContain(`${bad}:1:1`);
  expect(stderr).toContain("/no/such/file can't be read: there is no such file");
});

test("a file that isn't text is refused without a stack trace", async () => {
  const { exit, stderr } = await fleetkeeper(["validate", await fileOf(Uint8Array.of(0xff, 0xfe, 0x00))]);
  expect(exit).toBe(1);
  expect(stderr).toContain("it isn't UTF-8 text");
  expect(stderr).not.toContain(" at ");
});

test("JSON output carries every problem with its place", async () => {
  const file = await fileOf("apiVersion: fleetkeeper.dev/v1\nkind: GitLabFleet\n");
  const { exit, stdout } = await fleetkeeper(["validate", "-o", "json", file]);
  const answer = JSON.parse(stdout);
  expect(exit).toBe(1);
  expect(answer).toMatchObject({ version: 1, valid: false, files: [{ file, valid: false }] });
  expect(answer.files[0].problems[0]).toMatchObject({ file, line: expect.any(Number), column: expect.any(Number) });
});

test("an unknown command is answered with its likely spelling and exit 1", async () => {
  const { exit, stderr } = await fleetkeeper("validte x");
  expect(exit).toBe(1);
  expect(stderr).toContain("Did you mean validate?");
});

test("a command that needs the bucket says how to name it", async () => {
  const { exit, stderr } = await fleetkeeper("status --region eu-central-1");
  expect(exit).toBe(1);
  expect(stderr).toContain("BucketNotNamed");
  expect(stderr).toContain("FLEETKEEPER_BUCKET");
});
