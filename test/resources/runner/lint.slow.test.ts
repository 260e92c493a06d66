import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { isAtLeast } from "../../../shared/desired/runners/runner-version.ts";
import { runnersSchema } from "../../../shared/desired/runners/runners-schema.ts";
import { importConfig } from "../../../shared/resources/runner/import-config.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";
import { articleRunners } from "./desired-runners.ts";

/** The runner's own judge of key names and types, from 19.3 on. */
const version = /Version:\s+v?(\d+\.\d+\.\d+)/.exec(
  spawnSync("gitlab-runner", ["--version"], { encoding: "utf8" }).stdout ?? "",
)?.[1];
const judged = version !== undefined && isAtLeast(version, "19.3");
const folder = mkdtempSync(join(tmpdir(), "lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

const samples = new URL("./samples/", import.meta.url);
const files: readonly (readonly [string, unknown])[] = [
  ["the article's fleet", articleRunners],
  ...readdirSync(samples).map(
    (name) => [name, importConfig(parseToml(readFileSync(new URL(name, samples), "utf8"))).runners] as const,
  ),
];

describe.skipIf(!judged)("gitlab-runner lint accepts what we render", () => {
  it.each(files)("%s", (_, data) => {
    const parsed = z.safeParse(runnersSchema, data);
    if (!parsed.success) throw new Error("the sample isn't valid");
    const text = renderToml(renderConfig(parsed.data, { fleetName: "acme", gitlabUrl: "https://gitlab.example.com" }));
    const path = join(folder, "config.toml");
    writeFileSync(path, text.replace(/^name = .*$/gm, '$&\ntoken = "not-a-token"'));
    const { status, stdout, stderr } = spawnSync("gitlab-runner", ["lint", "-c", path], { encoding: "utf8" });
    expect([status, stdout + stderr]).toEqual([0, expect.any(String)]);
  });
});

it.skipIf(judged)(
  `gitlab-runner lint did NOT run: ${version ?? "no gitlab-runner"} is on the path, 19.3 or later is wanted`,
  ({ skip }) => {
    skip();
  },
);
