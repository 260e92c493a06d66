import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TomlTable } from "../../../shared/desired/runners/toml-value.ts";
import { canonicalConfig } from "../../../shared/resources/runner/canonical.ts";
import { compareConfig } from "../../../shared/resources/runner/compare.ts";
import { expectedDigests } from "../../../shared/resources/runner/digests.ts";
import { healedConfig } from "../../../shared/resources/runner/heal.ts";
import { hostShape } from "../../../shared/resources/runner/host-shape.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";
import { articleRunners, runnersOf } from "../../resources/runner/desired-runners.ts";

const program = new URL("../../../infra/host-documents/config_toml.py", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "config-toml-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const shape = file("shape.json", JSON.stringify(hostShape()));
const key = file("key", "a key that stays on the host");
const secrets = join(folder, "secrets");
mkdirSync(join(secrets, "runner"), { recursive: true });

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("python3", [program, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

function read(text: string): string {
  const { status, stdout, stderr } = run("read", "--shape", shape, "--key", key, file("live.toml", text));
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

function merge(template: string, live: string | undefined, ...more: readonly string[]) {
  const at = live === undefined ? join(folder, "missing.toml") : file("live.toml", live);
  return run("merge", "--shape", shape, "--secrets", secrets, ...more, file("template.toml", template), at);
}

const samples = new URL("../../resources/runner/samples/", import.meta.url);
const names = readdirSync(samples);
const sample = (name: string) => readFileSync(new URL(name, samples), "utf8");
const desired = renderConfig(runnersOf(articleRunners), {
  fleetName: "acme",
  gitlabUrl: "https://gitlab.example.com",
});

describe("the host's merge of config.toml", () => {
  it.each(names)("does what the reconciler means by healing, with %s as the live file", (name) => {
    const live = parseToml(sample(name));
    for (const exclusive of [false, true]) {
      const { status, stdout, stderr } = merge(
        renderToml(desired),
        sample(name),
        ...(exclusive ? ["--exclusive"] : []),
      );
      expect([status, stderr]).toEqual([0, ""]);
      expect(parseToml(stdout)).toEqual(healedConfig(desired, live, exclusive));
    }
  });

  it.each(names)("of a file with itself changes nothing, twice: %s", (name) => {
    const live = renderToml(canonicalConfig(parseToml(sample(name))));
    const once = merge(live, live).stdout;
    expect(parseToml(once)).toEqual(parseToml(live));
    expect(merge(live, once).stdout).toBe(once);
  });

  it("keeps the runner's own keys, and finds a renamed section by its id", () => {
    const live = '[[runners]]\nname = "renamed"\nid = 7\ntoken = "glrt-kept"\nexecutor = "docker+machine"\n';
    const ids = file("ids.json", JSON.stringify({ "acme-build": 7 }));
    const merged = parseToml(merge(renderToml(desired), live, "--exclusive", "--ids", ids).stdout);
    expect((merged["runners"] as readonly TomlTable[])[0]).toMatchObject({
      name: "acme-build",
      id: 7n,
      token: "glrt-kept",
    });
  });

  it("puts secrets in as they are, whatever characters they have", () => {
    const value = 'a "quoted"\nback\\slash \u0007 and \u{1f511} = [x]';
    writeFileSync(join(secrets, "runner", "odd"), value);
    const { stdout } = merge('sentry_dsn = "@@fleetkeeper-secret:runner/odd@@"\n', undefined);
    expect(parseToml(stdout)).toEqual({ sentry_dsn: value });
  });

  it.each([
    ["a secret that is missing", 'sentry_dsn = "@@fleetkeeper-secret:none@@"\n', ""],
    ["a secret outside of its directory", 'sentry_dsn = "@@fleetkeeper-secret:../key@@"\n', ""],
    ["a live file that isn't TOML", "", 'token = "glrt-broken\n'],
  ])("stops at %s, without output and without a value in its message", (_, template, live) => {
    const { status, stdout, stderr } = merge(template, live);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^config-toml: /);
    expect(stderr).not.toMatch(/glrt|stays on the host/);
  });
});

describe("what the host reports of config.toml", () => {
  const planted = "glrt-t1_planted-0123456789";
  const everywhere = renderToml({
    sentry_dsn: planted,
    unknown_key: planted,
    runners: [
      {
        name: "a",
        token: planted,
        environment: [`A=${planted}`, "B=c"],
        pre_build_script: planted,
        another_unknown: { deep: [planted] },
        cache: { s3: { AccessKey: planted, SecretKey: planted, BucketName: "bucket" }, azure: { AccountKey: planted } },
        docker: { image: "alpine", services: [{ name: "db", command: [planted], environment: [planted] }] },
        machine: {
          IdleScaleFactor: 1,
          MachineOptions: [
            `amazonec2-secret-key=${planted}`,
            `digitalocean-access-token=${planted}`,
            "amazonec2-ami=ami-1",
          ],
        },
        autoscaler: {
          plugin_config: { token_secret: planted, name: "group" },
          connector_config: { password: planted },
        },
        kubernetes: { bearer_token: planted },
      },
    ],
  });

  it("holds no secret, wherever one was put", () => {
    const text = read(everywhere);
    expect(text).not.toContain("planted");
    expect(text).not.toContain(planted.slice(0, 12));
  });

  it("holds what may be known, types included", () => {
    const config = parseToml(read(everywhere));
    expect(config).toMatchObject({
      runners: [
        {
          name: "a",
          docker: { image: "alpine", services: [{ name: "db" }] },
          cache: { s3: { BucketName: "bucket" } },
          machine: { IdleScaleFactor: 1 },
        },
      ],
    });
    expect(read(everywhere)).toContain("amazonec2-ami=ami-1");
    expect(read(everywhere)).toContain("IdleScaleFactor = 1.0");
  });

  it("gives the same digest for the same value, and another for another", () => {
    expect(read(everywhere)).toBe(read(everywhere));
    expect(read(everywhere)).not.toBe(read(everywhere.replaceAll("planted", "changed")));
  });

  it("tells drift in what may be secret from order, by the digests of the template", () => {
    writeFileSync(join(secrets, "runner", "dsn"), "https://key@sentry");
    const template = renderToml({ ...desired, sentry_dsn: "@@fleetkeeper-secret:runner/dsn@@" });
    const known = run("read", "--shape", shape, "--key", key, "--secrets", secrets, file("template.toml", template));
    const digests = expectedDigests(parseToml(known.stdout));
    const compared = (live: string, with_?: ReadonlyMap<string, string>) =>
      compareConfig(parseToml(template), parseToml(read(live)), {
        exclusive: true,
        ...(with_ === undefined ? {} : { digests: with_ }),
      });
    const live = merge(template, undefined).stdout;
    expect(compared(live, digests)).toEqual({ changes: [], unknown: [] });
    expect(compared(live).unknown).toContain("sentry_dsn");
    expect(compared(live.replace("overlay2", "vfs").replace("key@sentry", "other@sentry"), digests)).toMatchObject({
      changes: [{ path: "sentry_dsn" }, { path: "runners[acme-build].environment[0]" }],
      unknown: [],
    });
  });
});
