import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TomlTable } from "../../../shared/desired/runners/toml-value.ts";
import { machineNamePattern, shortToken } from "../../../shared/resources/common/machine-name.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import type { Surroundings } from "../../../shared/resources/runner/surroundings.ts";
import { renderToml } from "../../../shared/resources/runner/toml.ts";
import { noHosts } from "../../harness/hosts-here.ts";
import { runnersOf } from "../../resources/runner/desired-runners.ts";

const documents = new URL("../../../infra/host-documents/", import.meta.url);
const text = (path: string) => readFileSync(new URL(path, documents), "utf8");
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sections-"));
  mkdirSync(join(directory, "runner"));
  writeFileSync(join(directory, "metrics"), "gitlab_runner_configuration_loading_error_total 0\n");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the part's function by bash, on a host whose runner has this file and answers these metrics. */
function sections(config: string, options: { readonly age?: number } = {}): unknown {
  const file = join(directory, "runner", "config.toml");
  writeFileSync(file, config);
  const changed = Date.now() / 1000 - (options.age ?? 60);
  utimesSync(file, changed, changed);
  const prelude = text("prelude.sh");
  const json = prelude.slice(prelude.indexOf("json_string()"), prelude.indexOf("fk_print()"));
  const script = [
    "set -Eeuo pipefail",
    `fk_data=${directory}`,
    "data_mounted() { return 0; }",
    'curl() { cat "$fk_data/metrics"; }',
    json,
    "fk_disclosed=''",
    text("parts/toml.sh"),
    text("parts/sections.sh"),
    "json_sections",
    'printf "%s" "$REPLY"',
  ].join("\n");
  return JSON.parse(execFileSync("bash", ["-c", script], { encoding: "utf8" }));
}

const section = (token: string, name: string, more = "") => `
[[runners]]
  name = "build"
  token = "${token}"
  executor = "docker+machine"
  ${more}
  [runners.docker]
    image = "alpine"
  [runners.machine]
    MachineName = "${name}"
`;

describe.skipIf(noHosts !== undefined)("the sections that a runner has loaded", () => {
  it("are told as the names of their machines, as the runner makes them", () => {
    const tokens = ["glrt-t1_AbC_dEfGh1234", "glrt-t9wkyj-hgXYZ", "GR1348941abcDEF12345", "t9WKyjhg_zz"];
    const expected = tokens.map((token) => {
      const pattern = machineNamePattern(shortToken(token), "acme-build-%s");
      return `${pattern?.prefix}%s${pattern?.suffix}`;
    });
    expect(sections(`concurrent = 4\n${tokens.map((token) => section(token, "acme-build-%s")).join("")}`)).toEqual(
      expected,
    );
  });

  it("are those of docker+machine alone; none is an answer too", () => {
    const shell = '[[runners]]\n  token = "glrt-secret"\n  executor = "shell"\n';
    expect(sections(`concurrent = 1\n${shell}`)).toEqual([]);
    expect(sections(shell + section("glrt-abcdefghi", "acme-%s"))).toEqual(["runner-abcdefghi-acme-%s"]);
  });

  it("aren't made of text inside a script", () => {
    const script =
      'pre_build_script = """\n[[runners]]\n  token = "glrt-other1234"\n[runners.machine]\n  MachineName = "x-%s"\n"""';
    expect(sections(section("glrt-abcdefghi", "acme-%s", script))).toEqual(["runner-abcdefghi-acme-%s"]);
  });

  it("are unknown while the runner is silent, once a file failed to load, or right after a change", () => {
    const config = section("glrt-abcdefghi", "acme-%s");
    expect(sections(config, { age: 2 })).toBeNull();
    writeFileSync(join(directory, "metrics"), "gitlab_runner_configuration_loading_error_total 1\n");
    expect(sections(config)).toBeNull();
    rmSync(join(directory, "metrics"));
    expect(sections(config)).toBeNull();
  });

  it("are unknown where one of them can't be told whole", () => {
    expect(sections(section("", "acme-%s"))).toBeNull();
    expect(sections(section(`\${TOKEN}`, "acme-%s"))).toBeNull();
    expect(sections(section("glrt-abcdefghi", "acme"))).toBeNull();
    expect(sections("[[runners]\nbroken")).toBeNull();
  });

  it("mistake 10, a test that pins wrong-case keys: what is rendered for GitLab is what the look for machines reads back", () => {
    const runners = runnersOf({
      manager: { concurrent: 5 },
      fleets: [
        { name: "build", executor: "docker+machine", machine: { instanceType: "m6i.large", spotPrice: "0.08" } },
      ],
    });
    const surroundings: Surroundings = {
      listenAddress: ":9252",
      region: "eu-central-1",
      vpcId: "vpc-1",
      machineSubnetId: "subnet-1",
      zones: { "subnet-1": "a" },
      machineGroups: ["acme-machine"],
      machineProfile: "acme-machine",
      images: {},
      tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:kind": "machines" },
      cache: { bucket: "acme-cache", prefix: "runner/" },
    };
    const { runners: rendered, ...global } = renderConfig(runners, {
      fleetName: "acme",
      gitlabUrl: "https://gitlab.example.com",
      surroundings,
    });
    const [build] = rendered as readonly TomlTable[];
    const config = renderToml({ ...global, runners: [{ ...build, token: "glrt-abcdefghi" }] });
    expect(sections(config)).toEqual(["runner-abcdefghi-acme-build-%s"]);
    // GitLab's own names, as common/config.go of gitlab-runner has them.
    const machine = Object.keys(
      (parse(config)["runners"] as unknown as { readonly machine: object }[])[0]?.machine ?? {},
    );
    expect(machine).toEqual(expect.arrayContaining(["MachineDriver", "MachineName", "MachineOptions"]));
    expect(machine.filter((key) => !/^(?:[A-Z][A-Za-z]+|autoscaling)$/.test(key))).toEqual([]);
  });
});
