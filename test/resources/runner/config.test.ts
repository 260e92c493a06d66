import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TomlTable } from "../../../shared/desired/runners/toml-value.ts";
import { compareConfig } from "../../../shared/resources/runner/compare.ts";
import { digestMark } from "../../../shared/resources/runner/disclosure.ts";
import { healedConfig } from "../../../shared/resources/runner/heal.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";
import { articleRunners, runnersOf } from "./desired-runners.ts";
import { edited, editsOf, liveOf, token, without } from "./edits.ts";

const context = { fleetName: "acme", gitlabUrl: "https://gitlab.example.com" };
const desired = renderConfig(runnersOf(articleRunners), context);
const live = () => liveOf(desired);
const edits = () => editsOf(desired, live());

describe("rendering", () => {
  it("writes GitLab's own keys with their exact types", () => {
    const text = renderToml(desired);
    for (const line of [
      "concurrent = 20",
      "check_interval = 3",
      'listen_address = ":9252"',
      "session_timeout = 1800",
      "IdleScaleFactor = 1.0",
      "IdleTime = 1800",
      'unhealthy_interval = "1h0m0s"',
      'idle_time = "20m0s"',
      "FF_NETWORK_PER_BUILD = true",
      'pull_policy = [ "always", "if-not-present" ]',
      "[[runners.machine.autoscaling]]",
      "[[runners.docker.services]]",
      "[runners.referees.metrics]",
      "query_interval = 10",
      "scale_factor = 0.5",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });

  it("has one order, whatever order the file has", () => {
    const turned = JSON.parse(JSON.stringify(articleRunners)) as typeof articleRunners;
    const [build, auto] = turned.fleets.map((fleet) => Object.fromEntries(Object.entries(fleet).reverse()));
    expect(renderToml(renderConfig(runnersOf({ ...turned, fleets: [build, auto] }), context))).toBe(
      renderToml(desired),
    );
  });

  it("is a fixed point with parsing", () => {
    const text = renderToml(desired);
    expect(renderToml(parseToml(text))).toBe(text);
  });

  it("never holds a secret, only its name", () => {
    const secretive = runnersOf({
      manager: { concurrent: 1, sentryDsnSecret: "sentry" },
      fleets: [
        {
          ...articleRunners.fleets[0],
          environmentSecrets: { DOCKER_AUTH_CONFIG: "docker-auth" },
          environment: ["A=b"],
        },
      ],
    });
    const text = renderToml(renderConfig(secretive, context));
    expect(text).toContain('sentry_dsn = "@@fleetkeeper-secret:sentry@@"');
    expect(text).toContain('environment = [ "A=b", "DOCKER_AUTH_CONFIG=@@fleetkeeper-secret:docker-auth@@" ]');
  });
});

describe("comparison", () => {
  it("finds nothing where only order, layout, the runner's own keys and others' things differ", () => {
    expect(compareConfig(desired, live(), { exclusive: false })).toEqual({ changes: [], unknown: [] });
  });

  it("takes spelled-out defaults for no difference, in either direction", () => {
    const bare = parseToml('concurrent = 3\n[[runners]]\nname = "a"\n');
    const written = parseToml(
      'concurrent = 3\ncheck_interval = 0\nshutdown_timeout = 30\nconnection_max_age = "900s"\n[session_server]\nsession_timeout = 1800\n' +
        '[[runners]]\nname = "a"\nid = 7\ntoken_expires_at = 0001-01-01T00:00:00Z\n[runners.docker]\nprivileged = false\nshm_size = 0\n[runners.cache]\n',
    );
    expect(compareConfig(bare, written, { exclusive: true }).changes).toEqual([]);
    expect(compareConfig(written, bare, { exclusive: true }).changes).toEqual([]);
  });

  it("doesn't take false for the default where the runner tells it from nothing", () => {
    const off = parseToml('[[runners]]\nname = "a"\n[runners.cache.s3]\nDualStack = false\n');
    const bare = parseToml('[[runners]]\nname = "a"\n');
    expect(compareConfig(off, bare, { exclusive: false }).changes.map((change) => change.path)).toEqual([
      "runners[a].cache.s3.DualStack",
    ]);
  });

  it("tells 1 from 1.0, for the runner refuses a file with the wrong one", () => {
    const wrong = parseToml(renderToml(desired).replace("IdleScaleFactor = 1.0", "IdleScaleFactor = 1"));
    expect(compareConfig(desired, wrong, { exclusive: false }).changes).toMatchObject([
      { path: "runners[acme-build].machine.autoscaling[0].IdleScaleFactor", from: 1, to: "1.0" },
    ]);
  });

  it("names what is extra where the file is owned whole", () => {
    const { changes } = compareConfig(desired, live(), { exclusive: true });
    expect(changes.map((change) => [change.path, change.effect])).toEqual([
      ["log_level", "reload"],
      ["runners[acme-build].output_limit", "reload"],
      ["runners[acme-auto].output_limit", "reload"],
      ["runners[somebody else's]", "disown"],
    ]);
  });

  it("compares machine options by key, tags as a set, and a bare option as switched on", () => {
    const wanted = parseToml(
      '[[runners]]\nname = "a"\n[runners.machine]\nMachineOptions = ["amazonec2-tags=a,1,b,2", "amazonec2-use-private-address=true", "amazonec2-ami=ami-1"]\n',
    );
    const found = parseToml(
      '[[runners]]\nname = "a"\n[runners.machine]\nMachineOptions = ["amazonec2-ami=ami-2", "amazonec2-use-private-address", "amazonec2-tags=b,2,a,1", "amazonec2-open-port=80"]\n',
    );
    expect(compareConfig(wanted, found, { exclusive: false }).changes).toMatchObject([
      { path: "runners[a].machine.MachineOptions[amazonec2-ami]", from: "ami-2", to: "ami-1" },
      { path: "runners[a].machine.MachineOptions[amazonec2-open-port]", from: "80" },
    ]);
  });

  it("compares what may be secret by digest, and is unsure where there is nothing to compare with", () => {
    const wanted = parseToml('sentry_dsn = "@@fleetkeeper-secret:sentry@@"\n');
    const found = { sentry_dsn: digestMark("aa".repeat(16)) };
    const compare = (digests?: ReadonlyMap<string, string>) =>
      compareConfig(wanted, found, { exclusive: false, ...(digests === undefined ? {} : { digests }) });
    expect(compare()).toEqual({ changes: [], unknown: ["sentry_dsn"] });
    expect(compare(new Map([["sentry_dsn", "aa".repeat(16)]]))).toEqual({ changes: [], unknown: [] });
    expect(compare(new Map([["sentry_dsn", "bb".repeat(16)]])).changes).toMatchObject([
      { path: "sentry_dsn", from: "(digest aaaaaaaa)", to: "(secret sentry)" },
    ]);
  });

  it("never shows a token, whatever changes", () => {
    const text = JSON.stringify(compareConfig({ concurrent: 1n }, live(), { exclusive: true }));
    expect(text).not.toContain(token);
    expect(text).toContain("(not shown)");
  });

  it.each([
    ["listen_address", "restart"],
    ["session_server.session_timeout", "restart"],
    ["concurrent", "reload"],
    ["runners[acme-build].limit", "reload"],
    ["runners[acme-build].docker.image", "reload"],
    ["runners[acme-build].machine.MachineName", "disown"],
    ["runners[acme-build].machine.MachineOptions[amazonec2-ami]", "reload"],
    ["runners[acme-build].machine.autoscaling[0].IdleCount", "reload"],
    ["runners[acme-auto].autoscaler.max_instances", "restart"],
    ["runners[acme-auto].autoscaler.policy[0].idle_count", "reload"],
    ["runners[acme-auto].url", "disown"],
  ])("says that a change of %s means %s", (path, effect) => {
    const changes = edits().flatMap((edit) => compareConfig(desired, edit.edited, { exclusive: false }).changes);
    expect(changes.find((change) => change.path === path)?.effect).toBe(effect);
  });
});

describe("a field edited by hand", () => {
  const all = edits();

  it("covers every declared value", () => {
    expect(all.length).toBeGreaterThan(40);
  });

  it("is found, and named by its path alone", () => {
    for (const edit of all) {
      const { changes } = compareConfig(desired, edit.edited, { exclusive: false });
      expect(changes.map((change) => change.path)).toEqual([edit.path]);
    }
  });

  it("is found when it is taken away, unless it said the runner's own default", () => {
    const gone = all.filter(({ path }) => !/\]$/.test(path));
    for (const { path, edited: config } of gone) {
      const removed = without(config, path);
      const { changes } = compareConfig(desired, removed, { exclusive: false });
      const isDefault = /privileged|check_interval|IdleCount$|session_timeout|scale_factor/.test(path);
      if (!isDefault) expect(changes.map((change) => change.path)).toEqual([path]);
      expect(compareConfig(desired, healedConfig(desired, removed, false), { exclusive: false }).changes).toEqual([]);
    }
  });

  it("is healed, and nothing else is touched", () => {
    for (const edit of all) {
      const healed = healedConfig(desired, edit.edited, false);
      expect(compareConfig(desired, healed, { exclusive: false }).changes).toEqual([]);
      expect(renderToml(healed)).toBe(renderToml(live()));
    }
  });

  it("and any number of them at once are healed", () => {
    fc.assert(
      fc.property(fc.subarray(all.map((_, index) => index)), fc.boolean(), (chosen, exclusive) => {
        const damaged = chosen.reduce<TomlTable>((config, index) => {
          const edit = all[index];
          return edit === undefined ? config : healedConfig(onlyOf(edit.edited, edit.path), config, false);
        }, live());
        const healed = healedConfig(desired, damaged, exclusive);
        expect(compareConfig(desired, healed, { exclusive }).changes).toEqual([]);
        expect(healed).toEqual(healedConfig(desired, healed, exclusive));
        const tokens = (healed["runners"] as readonly TomlTable[]).slice(0, 2).map((section) => section["token"]);
        expect(tokens).toEqual([`${token}0`, `${token}1`]);
      }),
      { numRuns: 50 },
    );
  });
});

/** The edited file without what is ours alone to compare: enough to damage several places in turn. */
function onlyOf(config: TomlTable, path: string): TomlTable {
  const section = /^runners\[([^\]]+)\]/.exec(path)?.[1];
  if (section === undefined) return Object.fromEntries(Object.entries(config).filter(([key]) => key !== "runners"));
  return { runners: (config["runners"] as readonly TomlTable[]).filter((one) => one["name"] === section) };
}

describe("healing", () => {
  it("keeps the runner's own four keys, rotated ones too", () => {
    const rotated = edited(live(), ["runners", 0, "token"], () => "glrt-rotated");
    const healed = healedConfig(desired, rotated, true);
    expect((healed["runners"] as readonly TomlTable[])[0]).toMatchObject({ id: 1n, token: "glrt-rotated" });
  });

  it("finds a section that was renamed by hand by its id, and keeps its token", () => {
    const renamed = edited(live(), ["runners", 0, "name"], () => "renamed");
    const ids = new Map([["acme-build", 1n]]);
    expect(compareConfig(desired, renamed, { exclusive: false, ids }).changes).toMatchObject([
      { path: "runners[acme-build].name", from: "renamed", to: "acme-build" },
    ]);
    const healed = healedConfig(desired, renamed, false, ids);
    expect((healed["runners"] as readonly TomlTable[])[0]).toMatchObject({ name: "acme-build", token: `${token}0` });
    expect(healed["runners"]).toHaveLength(3);
  });

  it("leaves sections that nobody declared alone, unless the file is owned whole", () => {
    const names = (config: TomlTable) => (config["runners"] as readonly TomlTable[]).map((section) => section["name"]);
    expect(names(healedConfig(desired, live(), false))).toEqual(["acme-build", "acme-auto", "somebody else's"]);
    expect(names(healedConfig(desired, live(), true))).toEqual(["acme-build", "acme-auto"]);
  });
});
