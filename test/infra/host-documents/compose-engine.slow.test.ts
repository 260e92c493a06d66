import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { parseFleet } from "../../../shared/desired/fleet.ts";
import { stackDesired } from "../../../shared/resources/stack/desired.ts";
import { sampleFile } from "../../harness/fleet-world.ts";

/**
 * The compose document, run against a real engine with docker compose (the plugin, or docker-compose 1.29 or later): set
 * FLEETKEEPER_REAL_DOCKER=IMAGE, with an image that is there and has `/bin/sh` and `sleep`. Every service of the sample's compose
 * file runs that image, without a network; the runner's is built of it here.
 */
const image = process.env["FLEETKEEPER_REAL_DOCKER"];
const project = "fleetkeeper-test-compose";
const runnerImage = "fleetkeeper-test-runner:1";
const documents = new URL("../../../infra/host-documents/", import.meta.url);
const source = (path: string) => readFileSync(new URL(path, documents), "utf8");
const waiting = ["/bin/sh", "-c", "trap 'exit 0' QUIT TERM; while true; do sleep 1; done"];

interface Answer {
  readonly failed: string;
  readonly services: readonly { readonly name: string; readonly container: string; readonly state: string }[];
}

describe.skipIf(image === undefined)("docker compose on a real engine", { shuffle: false }, () => {
  let data = "";
  let file: string;

  const encoded = (text: string) => Buffer.from(text).toString("base64");
  const bash = (script: string) => {
    const prelude = [
      "set -Eeuo pipefail",
      `fk_open='{''{' fk_close='}''}' fk_data=${data} fk_project=${project} fk_log=${data}/log`,
      'json_string() { REPLY="\\"$1\\""; }',
      'json_list() { local IFS=,; REPLY="[$*]"; }',
      'decoded() { REPLY=$(base64 -d <<<"$1"); }',
      "fence() { :; }; data_mounted() { :; }; fk_docker_answers() { docker version >/dev/null 2>&1; }",
      "fail() { printf '%s' \"$1\" >&3; exit 1; }; done_with() { printf '%s' \"$1\"; exit 0; }",
      "exec 3>&1",
      source("parts/services.sh"),
      "docker compose version >/dev/null 2>&1 || compose() {",
      '  docker-compose --project-name "$fk_project" --project-directory "$fk_stack" --file "$fk_stack/docker-compose.yaml" "$@"; }',
      'fk_real=$(declare -f compose) && eval "fk_plain_$fk_real" && compose() { fk_plain_compose "$@" 2>>"$fk_log"; }',
    ];
    return spawnSync("bash", ["-c", [...prelude, script].join("\n")], { encoding: "utf8" });
  };
  const document = (verb: string, ...services: readonly string[]): Answer => {
    const request = [`verb ${encoded(verb)}`, ...services.map((one) => `service ${encoded(one)}`)].join("\n");
    const { status, stdout, stderr } = bash(
      `fk_request=$'${request.replaceAll("\n", "\\n")}'\n${source("compose/script.sh")}`,
    );
    if (status !== 0) return { failed: stdout.trim() || stderr, services: [] };
    const json = stdout.slice(stdout.lastIndexOf('{"services":'));
    return { failed: "", services: JSON.parse(json).services };
  };
  const stateOf = (answer: Answer, name: string) => answer.services.find((one) => one.name === name);

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), "compose-"));
    mkdirSync(join(data, "stack/runner"), { recursive: true });
    const read = parseFleet(await sampleFile("acme"), "acme.fleet.yaml");
    const desired = read.ok ? stackDesired(read.fleet).get("files/compose") : undefined;
    if (desired?.type !== "files") throw new Error("the sample has no compose file");
    const rendered = desired.files.find(({ path }) => path.endsWith("docker-compose.yaml"));
    const model = parse(rendered?.content ?? "");
    model.networks = {};
    for (const [name, service] of Object.entries<Record<string, unknown>>(model.services)) {
      const { build, restart, stop_signal, stop_grace_period, environment } = service;
      model.services[name] = {
        image: build === undefined ? image : runnerImage,
        ...(build === undefined ? {} : { build: { context: "./runner" } }),
        restart,
        ...(stop_signal === undefined ? {} : { stop_signal }),
        ...(stop_grace_period === undefined ? {} : { stop_grace_period }),
        ...(environment === undefined ? {} : { environment }),
        command: waiting,
        network_mode: "none",
      };
    }
    file = join(data, "stack/docker-compose.yaml");
    writeFileSync(file, stringify({ version: "3.8", services: model.services }));
    writeFileSync(join(data, "stack/runner/Dockerfile"), `FROM ${image}\nENV BUILT=here\n`);
  });
  afterAll(() => {
    bash("ids=$(containers_of); if [[ -n $ids ]]; then docker rm --force $ids; fi");
    spawnSync("docker", ["image", "rm", "--force", runnerImage]);
    rmSync(data, { recursive: true, force: true });
  });

  it("builds the runner's image and starts the services by name, once", () => {
    expect(document("build", "gitlab-runner")).toMatchObject({ failed: "" });
    const up = document("up", "gitlab", "gitlab-runner", "prometheus", "grafana");
    expect(up.failed).toBe("");
    for (const name of ["gitlab", "gitlab-runner", "prometheus", "grafana"]) {
      expect(stateOf(up, name)).toMatchObject({ state: "running" });
    }
    const again = document("up", "gitlab", "gitlab-runner");
    expect(stateOf(again, "gitlab")?.container).toBe(stateOf(up, "gitlab")?.container);
    expect(stateOf(again, "gitlab-runner")?.container).toBe(stateOf(up, "gitlab-runner")?.container);
  });

  it("tells the same hash of a service's settings as its container carries, until the file changes", () => {
    const hashes = () => {
      const { stdout } = bash('json_compose_hashes; printf %s "$REPLY"');
      const wanted: readonly { readonly name: string; readonly hash: string }[] = JSON.parse(stdout);
      return wanted.find(({ name }) => name === "prometheus")?.hash;
    };
    const [id = ""] = bash("containers_of prometheus").stdout.split("\n");
    const format = '{{index .Config.Labels "com.docker.compose.config-hash"}}';
    const carried = execFileSync("docker", ["inspect", "--format", format, id], { encoding: "utf8" }).trim();
    expect(hashes()).toBe(carried);
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("prometheus:\n", "prometheus:\n    labels: { changed: 'yes' }\n"),
    );
    expect(hashes()).not.toBe(carried);
    const up = document("up", "prometheus");
    expect(stateOf(up, "prometheus")?.container).not.toBe(id);
  });

  it("never stops, restarts or recreates a manager that runs", () => {
    for (const verb of ["stop", "restart", "remove"]) {
      expect(document(verb, "gitlab-runner")).toMatchObject({ failed: "RunnerNotDrained" });
    }
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("gitlab-runner:\n", "gitlab-runner:\n    labels: { changed: 'yes' }\n"),
    );
    expect(document("up", "gitlab-runner")).toMatchObject({ failed: "RunnerNotDrained" });
  });

  it("stops, starts and removes what only watches", () => {
    expect(stateOf(document("stop", "grafana"), "grafana")).toMatchObject({ state: "exited" });
    expect(stateOf(document("start", "grafana"), "grafana")).toMatchObject({ state: "running" });
    expect(stateOf(document("remove", "grafana"), "grafana")).toBeUndefined();
  });

  it("refuses a compose file that is broken, and touches nothing", () => {
    const before = readFileSync(file, "utf8");
    writeFileSync(file, "services: [");
    expect(document("stop", "gitlab")).toMatchObject({ failed: "BadComposeFile" });
    writeFileSync(file, before);
    expect(bash('container_state gitlab; printf %s "$REPLY"').stdout).toMatch(/ running$/);
  });
});
