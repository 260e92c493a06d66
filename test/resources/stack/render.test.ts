import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Fleet, parseFleet } from "../../../shared/desired/fleet.ts";
import type { JsonObject } from "../../../shared/engine/json.ts";
import { stackDesired } from "../../../shared/resources/stack/desired.ts";
import { parseCompose, renderCompose } from "../../../shared/resources/stack/render-compose.ts";
import { renderOmnibus } from "../../../shared/resources/stack/render-omnibus.ts";
import { rubyLiteral, SecretValue } from "../../../shared/resources/stack/ruby.ts";
import { sampleFile } from "../../harness/fleet-world.ts";

async function sample(edit: (body: string) => string = (body) => body): Promise<Fleet> {
  const read = parseFleet(edit(await sampleFile("acme")), "acme.fleet.yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.fleet;
}

function fileOf(fleet: Fleet, group: string, path: string): string {
  const files = stackDesired(fleet).get(`files/${group}`);
  const file = files?.type === "files" ? files.files.find((one) => one.path.endsWith(path)) : undefined;
  return file?.content ?? "";
}

/** Reads a Ruby literal of text as Ruby would: escapes, and no interpolation anywhere. */
function rubyRead(literal: string): string {
  expect(literal).toMatch(/^"(?:[^"\\#]|\\.|\\u\{[0-9a-f]+\})*"$/);
  return literal.slice(1, -1).replace(/\\u\{([0-9a-f]+)\}|\\(.)/g, (_, code: string | undefined, char: string) => {
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return char === "n" ? "\n" : char === "t" ? "\t" : char;
  });
}

const nasty = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom('"', "'", "\\", "#", "{", "}", "$", "@", "`", "\n", "\t", ";", "%", "<", "é", "😀"),
  }),
  fc.constantFrom(
    "#{system('id')}",
    "#$0",
    "#@x",
    "@@fleetkeeper-secret:raw:/fleetkeeper/acme/secrets/x@@",
    "\\u0022 + `id`",
    "=begin\n",
  ),
);

test("any text is a Ruby literal that reads back byte for byte, is ASCII, evaluates nothing and is no mark of a secret", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const literal = rubyLiteral(text);
      expect(rubyRead(literal)).toBe(text);
      expect(literal).toMatch(/^[ -~]*$/);
      expect(literal).not.toContain("@@fleetkeeper-secret:");
    }),
    { numRuns: 1000 },
  );
});

test("a further setting of any text stays one line of the settings, and changes no other", async () => {
  const fleet = await sample();
  const { host } = fleet.spec;
  if (host === undefined) return expect.fail();
  const lines = (theme: string) =>
    renderOmnibus(fleet, {
      ...host,
      gitlab: { ...host.gitlab, omnibus: { ...host.gitlab.omnibus, gitlab_rails: { extra: theme } } },
    }).split("\n");
  const plain = lines("x");
  fc.assert(
    fc.property(nasty, (text) => {
      const nastier = lines(text);
      expect(nastier.filter((line) => !line.startsWith("gitlab_rails['extra']"))).toEqual(
        plain.filter((line) => !line.startsWith("gitlab_rails['extra']")),
      );
      expect(nastier).toHaveLength(plain.length);
    }),
  );
});

test("secrets stand in the settings by their names, also deep inside lists", async () => {
  const text = fileOf(await sample(), "gitlab", "gitlab.rb");
  expect(text).toContain(
    "gitlab_rails['incoming_email_password'] = @@fleetkeeper-secret:ruby:/fleetkeeper/acme/secrets/incoming-email-password@@",
  );
  const value = rubyLiteral([
    { args: { client_options: { secret: new SecretValue("/fleetkeeper/acme/secrets/oidc") } } },
  ]);
  expect(value).toBe(
    '[{ "args" => { "client_options" => { "secret" => @@fleetkeeper-secret:ruby:/fleetkeeper/acme/secrets/oidc@@ } } }]',
  );
});

test("rendering the compose file, reading it and rendering it again is a fixed point", () => {
  const value = fc.oneof(nasty, fc.integer(), fc.boolean(), fc.array(nasty));
  const key = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
  fc.assert(
    fc.property(fc.dictionary(key, fc.dictionary(key, value)), (services) => {
      const model: JsonObject = { name: "fleetkeeper", services };
      const text = renderCompose(model);
      expect(parseCompose(text)).toEqual(model);
      expect(renderCompose(parseCompose(text) as JsonObject)).toBe(text);
    }),
  );
});

test("the sample's compose file is what the host needs: data on the volume, Grafana on loopback, the manager's long grace", async () => {
  const compose = parse(
    fileOf(
      await sample((body) => body.replace("longestJob: 1h ", "longestJob: 90m ")),
      "compose",
      "docker-compose.yaml",
    ),
  );
  const { gitlab, grafana, prometheus, "gitlab-runner": runner } = compose.services;
  expect(Object.keys(compose.services)).toEqual(["gitlab", "gitlab-runner", "prometheus", "grafana"]);
  expect(gitlab.image).toBe(["$", "{GITLAB_IMAGE}"].join(""));
  expect(gitlab.ports).toEqual(["80:80", "443:443", "2222:22", "5050:5050"]);
  expect(gitlab.healthcheck.start_period).toBe("1200s");
  expect(grafana.ports).toEqual(["127.0.0.1:3000:3000"]);
  expect(prometheus.ports).toBeUndefined();
  expect(runner).toMatchObject({ stop_signal: "SIGQUIT", stop_grace_period: "5400s" });
  expect(runner.volumes).toEqual([
    "/srv/fleetkeeper/runner:/etc/gitlab-runner",
    "/srv/fleetkeeper/machine:/root/.docker/machine",
  ]);
  for (const service of Object.values<{ readonly image: string }>(compose.services))
    expect(service.image).not.toMatch(/latest/);
});

test("a changed setting makes GitLab's container anew, another dashboard none", async () => {
  const before = fileOf(await sample(), "compose", "docker-compose.yaml");
  const setting = await sample((body) => body.replace("worker_processes: 2", "worker_processes: 3"));
  expect(fileOf(setting, "compose", "docker-compose.yaml")).not.toBe(before);
  const named = await sample((body) => body.replace("diskWarningPercent: 85", "diskWarningPercent: 80"));
  expect(fileOf(named, "compose", "docker-compose.yaml")).toBe(before);
});

test("the version of GitLab is in no file but its own", async () => {
  const [before, after] = await Promise.all([
    sample(),
    sample((body) => body.replace("version: 19.5.3", "version: 19.5.4")),
  ]);
  for (const [name, desired] of stackDesired(before)) {
    if (name === "files/version") expect(stackDesired(after).get(name)).not.toEqual(desired);
    // What the runner's image is built of waits for GitLab.
    else if (name === "files/gitlab-runner") {
      expect(stackDesired(after).get(name)).toEqual({ ...desired, gitlabImage: "gitlab/gitlab-ee:19.5.4-ee.0" });
    } else expect(stackDesired(after).get(name)).toEqual(desired);
  }
});

test("files that may hold secrets are for root alone", async () => {
  for (const [, desired] of stackDesired(await sample())) {
    if (desired.type !== "files") continue;
    for (const { content, mode } of desired.files) {
      if (/@@fleetkeeper-secret:(?!version:)/.test(content)) expect(["0600", "0400"]).toContain(mode);
    }
  }
});
