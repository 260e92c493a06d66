import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { lintConfig } from "../../../shared/desired/runners/lint.ts";
import { runnersSchema } from "../../../shared/desired/runners/runners-schema.ts";
import { compareConfig } from "../../../shared/resources/runner/compare.ts";
import { importConfig } from "../../../shared/resources/runner/import-config.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";

const folder = new URL("./samples/", import.meta.url);
const samples = readdirSync(folder).filter((name) => name.endsWith(".toml"));

function imported(name: string) {
  const live = parseToml(readFileSync(new URL(name, folder), "utf8"));
  const { runners, notes } = importConfig(live);
  const parsed = z.safeParse(runnersSchema, runners);
  if (!parsed.success) throw new Error(JSON.stringify(parsed.error.issues, null, 1));
  const url = parsed.data.gitlab?.url ?? "";
  return { live, runners, notes, rendered: renderConfig(parsed.data, { fleetName: "acme", gitlabUrl: url }) };
}

describe("a real config.toml, imported", () => {
  it("is tried on at least thirty shapes", () => {
    expect(samples.length).toBeGreaterThanOrEqual(30);
  });

  it.each(samples)("%s renders back to the same values, but for what its notes name", (name) => {
    const { live, notes, rendered } = imported(name);
    const { changes } = compareConfig(rendered, live, { exclusive: true });
    const noted = (path: string) => notes.some((note) => path === note.path || path.startsWith(`${note.path}.`));
    expect(changes.filter((change) => !noted(change.path))).toEqual([]);
  });

  it.each(samples)("%s gives a file that the runner's lint accepts", (name) => {
    const { rendered } = imported(name);
    expect(lintConfig(rendered).filter((finding) => finding.kind !== "without-effect")).toEqual([]);
  });

  it.each(samples)("%s renders, parses and renders to the same text", (name) => {
    const { rendered } = imported(name);
    const text = renderToml(rendered);
    expect(renderToml(parseToml(text))).toBe(text);
  });

  it.each(samples)("%s leaves no token or password behind in the file", (name) => {
    const { runners } = imported(name);
    expect(JSON.stringify(runners)).not.toMatch(/sample-not-a-token|"sample"|sample-secret|sample-key|c2FtcGxl/);
  });
});

describe("the article's config.toml", () => {
  it("becomes typed fields alone", () => {
    const { runners } = imported("article.toml");
    expect(runners).toMatchObject({
      gitlab: { url: "http://10.0.1.23" },
      manager: { concurrent: 20, checkInterval: "0s", listenAddress: ":9252" },
      fleets: [
        {
          name: "gitlab-aws-autoscaler",
          runnerName: "gitlab-aws-autoscaler",
          executor: "docker+machine",
          limit: 20,
          cache: { type: "s3", shared: true, path: "runner", s3: { bucketName: "sample-cache" } },
          machine: {
            idleTime: "30m",
            instanceType: "m5.large",
            ami: { id: "ami-0a1b2c3d4e5f60718" },
            requestSpotInstance: true,
            spotPrice: "on-demand",
            tags: { Project: "demo", Name: "worker" },
            autoscaling: [{ idleCount: 10, idleScaleFactor: 0.5, timezone: "Asia/Tokyo" }, { idleCount: 0 }],
          },
        },
      ],
    });
    expect(JSON.stringify(runners)).not.toContain("extraConfig");
  });

  it("keeps the Docker socket out of every job, and says so", () => {
    const { notes, runners } = imported("article.toml");
    expect(notes.find((note) => note.path === "runners[gitlab-aws-autoscaler].cache.volumes")?.message).toMatch(
      /ignores this key.*Docker socket/,
    );
    expect(JSON.stringify(runners)).not.toContain("docker.sock");
  });
});

describe("what can't be carried over is named", () => {
  it.each([
    ["machine-options-as-table.toml", "refused", "runners[autoscaler].machine.MachineOptions"],
    ["machine-flat-s3-keys.toml", "dropped", "runners[my-autoscale-runner].cache.ServerAddress"],
    ["machine-register-template.toml", "dropped", "runners[template].tags"],
    ["machine-beside-docker.toml", "dropped", "runners[plain docker]"],
    ["machine-digitalocean.toml", "secret", "runners[autoscale-do].cache.s3.SecretKey"],
    ["machine-registry-secret.toml", "secret", "runners[private registry].environment[0]"],
    ["machine-access-keys.toml", "dropped", "runners[keys].machine.MachineOptions[amazonec2-secret-key]"],
  ])("%s: %s %s", (name, kind, path) => {
    expect(imported(name).notes.map((note) => `${note.kind} ${note.path}`)).toContain(`${kind} ${path}`);
  });
});
