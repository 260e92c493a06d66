import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listen } from "../../../sandbox/listen.ts";
import { fleetkeeper } from "../../cli/terminal.ts";
import { HostFleet } from "../../harness/host-fleet.ts";
import { lookAtOutput, lookAtSandbox, Taint } from "../../harness/taint.ts";

const config = "/srv/fleetkeeper/runner/config.toml";
const apiToken = "/srv/fleetkeeper/.fleetkeeper-api-token";
const secrets = ["docker-auth", "sentry", "engine-proxy"];

describe("tokens planted wherever a runner's may live", { shuffle: false }, () => {
  const taint = new Taint();
  let fleet: HostFleet;
  let server: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("GITLAB_TOKEN", taint.plant("environment of the process"));
    fleet = await HostFleet.open(true, (body) =>
      body
        .replace(/^ {6}logFormat: json$/m, "      logFormat: json\n      sentryDsnSecret: sentry")
        .replace("environment: [DOCKER_TLS_CERTDIR=/certs]", "environmentSecrets: { DOCKER_AUTH_CONFIG: docker-auth }"),
    );
    for (const name of secrets) await fleet.secret(name, taint.plant(`parameter ${name}`));
    await lookAtOutput(taint, () => fleet.settle(20));
    server = await listen(fleet.world.sandbox);
    const { files } = (await fleet.host()).files;
    taint.add("API token", JSON.parse(files.text(apiToken) ?? "{}").value);
    watchTokens();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await fleet.close();
  });

  const gitlab = () => fleet.world.hosts?.gitlab.state ?? expect.fail("no hosts run");
  const files = async () => (await fleet.host()).files.files;
  /** Tokens that GitLab gave until now, to runners and to us. */
  const watchTokens = () => {
    for (const { id, token } of gitlab().runners) taint.add(`GitLab's answer for ${id}: ${token.length}`, token);
    for (const { value } of gitlab().accessTokens) taint.add(`access token ${gitlab().accessTokens.length}`, value);
  };

  /** A run and everything that people look at, with whatever it prints. */
  async function looked(): Promise<string> {
    const said: string[] = [];
    await lookAtOutput(taint, async () => {
      taint.look("record", await fleet.run({ force: true }));
      for (const line of [
        "plan",
        "plan -o json",
        "status -o json",
        "history -o json",
        "runners",
        "facts",
        "logs gitlab-runner",
      ]) {
        const typed = await fleetkeeper(
          `${line} --endpoint-url ${server.url} --bucket fleetkeeper-state`,
          { AWS_REGION: "eu-central-1", FLEETKEEPER_DEBUG: "1" },
          process.cwd(),
          { now: () => fleet.world.clock.now(), sleep: (milliseconds) => fleet.world.clock.sleep(milliseconds) },
        );
        taint.look(line, typed);
        said.push(typed.stdout, typed.stderr);
      }
    });
    watchTokens();
    await lookAtHost();
    return said.join("\n");
  }

  /** The logs that our scripts keep, and what every program was called with. */
  async function lookAtHost(): Promise<void> {
    const host = (await fleet.host()).files;
    const logs = join(host.root, "var/log/fleetkeeper");
    for (const name of readdirSync(logs)) taint.look(`host's log ${name}`, readFileSync(join(logs, name), "utf8"));
    lookAtSandbox(taint, fleet.world.sandbox, {
      allowedCall: ({ service, operation }) => service === "ssm" && operation === "PutParameter",
      allowedState: (path) => /^gitlab\/|^ssm\/[^.]*\.parameters\./.test(path),
    });
  }

  it("go nowhere while runners are registered and left alone", async () => {
    await looked();
    expect(taint.leaks()).toEqual([]);
  });

  it("go nowhere from any place of config.toml, though the drift beside them is found and healed", async () => {
    const { write, text } = await files().then((one) => ({ write: one.write.bind(one), text: one.text(config) ?? "" }));
    const planted = (name: string) => taint.plant(`config.toml ${name}`);
    const damaged = text
      .replace(/^concurrent = .*$/m, "concurrent = 3")
      .replace(/^sentry_dsn = .*$/m, `sentry_dsn = "https://${planted("sentry")}@sentry.example.com/1"`)
      .replace(/^environment = .*$/m, `environment = ["TOKEN=${planted("environment")}"]`)
      .replace(/^url = .*$/m, `url = "https://oauth2:${planted("url")}@gitlab.example.com"`)
      .replace(/image = "alpine:3\.22"/, `image = "registry/glpat-${planted("image")}"`)
      .replace('"amazonec2-region=', `"amazonec2-secret-key=${planted("option")}", "amazonec2-region=`)
      .replace(
        '"amazonec2-zone=',
        `"engine-env=P=${planted("engine")}", "amazonec2-userdata=https://a:${planted("userdata")}@x/", "amazonec2-zone=`,
      )
      .replace(
        /^\[runners\.docker\]$/m,
        `pre_build_script = "export T=${planted("script")}"\n[runners.docker]\nunknown_key = "${planted("unknown")}"`,
      )
      .replace(
        /^\[runners\.cache\.s3\]$/m,
        `[runners.cache.s3]\nAccessKey = "AKIA${planted("access")}"\nSecretKey = "${planted("secret key")}"`,
      );
    write(
      config,
      `# a comment: ${planted("comment")}\nx_top = "${planted("top")}"\n${damaged}\n[[runners]]\nname = "theirs"\n` +
        `executor = "shell"\nurl = "https://x.example.com"\nid = "${planted("id")}"\ntoken = "${planted("their token")}"\n` +
        `[runners.custom]\nrun_args = ["${planted("arguments")}"]\n`,
    );
    const said = await looked();
    expect(said).toMatch(/runner\/manager|concurrent/);
    await fleet.settle(4, { force: true });
    await lookAtHost();
    expect(taint.leaks()).toEqual([]);
    expect((await files()).text(config)).toMatch(/^concurrent = 30$/m);
  });

  it.each([
    ["a config.toml that isn't TOML", config, (text: string) => `${text}\ntoken = "${taint.plant("broken TOML")}\n`],
    ["a token's file that isn't JSON", apiToken, () => `{"value": "${taint.plant("broken JSON")}`],
    ["a token's file of another shape", apiToken, () => `{"value": ["${taint.plant("other JSON")}"], "expires": 1}`],
    ["a token that GitLab refuses", apiToken, () => `{"value": "${taint.plant("refused")}", "expires": 4000000000}`],
  ])("go nowhere by %s", async (_, path, edit) => {
    const one = await files();
    const before = one.text(path) ?? "";
    one.write(path, edit(before));
    await looked();
    one.write(path, before);
    await fleet.settle(6, { force: true });
    expect(taint.leaks()).toEqual([]);
  });

  it("go nowhere by a runner that is registered anew, rotated or ended, or by a secret that is missing", async () => {
    gitlab().runners.splice(0, 1);
    await looked();
    const asked = await fleetkeeper(
      `runners rotate next --endpoint-url ${server.url} --bucket fleetkeeper-state`,
      { AWS_REGION: "eu-central-1" },
      process.cwd(),
      { now: () => fleet.world.clock.now(), sleep: (milliseconds) => fleet.world.clock.sleep(milliseconds) },
    );
    expect(asked.exit).toBe(0);
    await looked();
    await fleet.settle(6, { force: true });
    await fleet.push((body) =>
      body
        .replace(
          "environment: [DOCKER_TLS_CERTDIR=/certs]",
          "environmentSecrets: { X: not-there, DOCKER_AUTH_CONFIG: docker-auth }",
        )
        .replace(/ {6}- name: next\n[\s\S]*?(?=\n {2}garbageCollection:)/, ""),
    );
    await looked();
    await looked();
    expect(taint.leaks()).toEqual([]);
  });
});
