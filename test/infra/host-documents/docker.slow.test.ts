import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";

/**
 * Our questions to Docker, put to a real engine: set FLEETKEEPER_REAL_DOCKER=IMAGE, with an image that is there and has
 * `/bin/sh` and `sleep`. Only containers of the project fleetkeeper-test are made, and removed.
 */
const image = process.env["FLEETKEEPER_REAL_DOCKER"];
const part = (name: string) =>
  readFileSync(new URL(`../../../infra/host-documents/parts/${name}`, import.meta.url), "utf8");

function bash(script: string): string {
  const prelude = [
    "set -Eeuo pipefail",
    "fk_open='{''{' fk_close='}''}' fk_data=/nonexistent fk_project=fleetkeeper-test",
    'json_string() { REPLY="\\"$1\\""; }',
    'json_list() { local IFS=,; REPLY="[$*]"; }',
    "fk_docker_answers() { docker version >/dev/null 2>&1; }",
  ];
  return execFileSync("bash", ["-c", [...prelude, part("services.sh"), part("machines.sh"), script].join("\n")], {
    encoding: "utf8",
  });
}

function start(service: string, command: string, ...options: readonly string[]): string {
  const labels = ["project=fleetkeeper-test", `service=${service}`, "config-hash=abc"];
  const all = labels.flatMap((label) => ["--label", `com.docker.compose.${label}`]);
  const args = [
    "run",
    "--detach",
    "--restart",
    "unless-stopped",
    ...all,
    ...options,
    image ?? "",
    "/bin/sh",
    "-c",
    command,
  ];
  return execFileSync("docker", args, { encoding: "utf8" }).trim();
}

describe.skipIf(image === undefined)("a real Docker engine", () => {
  afterAll(() => {
    bash("ids=$(containers_of); if [[ -n $ids ]]; then docker rm --force $ids; fi");
  });

  it("tells services with and without a health check, and one that is not there", () => {
    const id = start("gitlab", "sleep 600");
    start("prometheus", "sleep 600", "--health-cmd", "true");
    const services = JSON.parse(bash('json_services; printf %s "$REPLY"')) as readonly { readonly name: string }[];
    expect(services.find(({ name }) => name === "gitlab")).toMatchObject({
      container: id,
      state: "running",
      health: "none",
      exitCode: 0,
      restarts: 0,
      configHash: "abc",
    });
    expect(services.find(({ name }) => name === "prometheus")).toMatchObject({
      health: expect.stringMatching(/start|heal/),
    });
    expect(bash('container_state gitlab; printf %s "$REPLY"')).toBe(`${id} running`);
    expect(bash('container_state nothing; printf %s "$REPLY"')).toBe("");
  });

  it("names machines in the processes of the manager, which ends at SIGQUIT and stays ended", () => {
    const wait = "trap 'exit 0' QUIT; while true; do sleep 1; done";
    const id = start("gitlab-runner", `: docker-machine create runner-abc-acme-1795521741-0a1b2c3d ; ${wait}`);
    expect(bash('json_processes; printf %s "$REPLY"')).toBe('["runner-abc-acme-1795521741-0a1b2c3d"]');
    bash(`docker update --restart no ${id} && docker kill --signal QUIT ${id} && docker wait ${id}`);
    expect(bash('container_state gitlab-runner; printf %s "$REPLY"')).toBe(`${id} exited`);
  });
});
