import { describe, expect, it, test } from "vitest";
import { type CompareOptions, compareConfig } from "../../../shared/resources/runner/compare.ts";
import { digestMark } from "../../../shared/resources/runner/disclosure.ts";
import { effectOf } from "../../../shared/resources/runner/effect.ts";
import { parseToml } from "../../../shared/resources/runner/toml.ts";

const section = (...lines: readonly string[]) => ['[[runners]]\nname = "a"', ...lines].join("\n");

function compare(desired: string, live: string, options: Partial<CompareOptions> = {}) {
  return compareConfig(parseToml(desired), parseToml(live), { exclusive: false, ...options });
}
const changes = (...input: Parameters<typeof compare>) => compare(...input).changes;
const paths = (...input: Parameters<typeof compare>) => changes(...input).map(({ path }) => path);
const told = (...input: Parameters<typeof compare>) =>
  changes(...input).map(({ path, from, to }) => ({
    path,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }));

describe("keys in any case", () => {
  it("are the runner's, in tables and in blocks of a list too", () => {
    const wanted = section(
      'limit = 2\n[runners.docker]\nimage = "a"\nshm_size = 5\n[runners.machine]\nIdleCount = 1',
      '[[runners.machine.autoscaling]]\nPeriods = ["* * 9-17 * * mon-fri *"]\nIdleCount = 4',
    );
    const live = section(
      'LIMIT = 2\n[runners.Docker]\nIMAGE = "a"\nShm_Size = 5\n[runners.MACHINE]\nidlecount = 1',
      '[[runners.MACHINE.Autoscaling]]\nperiods = ["* * 9-17 * * mon-fri *"]\nidlecount = 4',
    );
    expect(compare(wanted, live, { exclusive: true })).toEqual({ changes: [], unknown: [] });
  });

  it("are the user's own where the runner knows none, and stay as they are", () => {
    const of = (key: string) => section(`[runners.feature_flags]\n${key} = true`);
    expect(told(of("FF_A"), of("ff_a"))).toEqual([
      { path: "runners[a].feature_flags.FF_A", to: true },
      { path: "runners[a].feature_flags.ff_a", from: true },
    ]);
    expect(paths('odd = "x"', 'ODD = "x"')).toEqual(["odd"]);
    expect(changes('odd = "x"', 'odd = "x"', { exclusive: true })).toEqual([]);
    expect(paths("", 'odd = "x"', { exclusive: true })).toEqual(["odd"]);
    expect(paths("", 'odd = "x"')).toEqual([]);
  });
});

describe("a section", () => {
  it("that is missing is one change, which costs nothing", () => {
    expect(changes(section("limit = 2"), "concurrent = 1")).toStrictEqual([
      {
        ...{ path: "runners[a]", to: { name: "a", limit: 2 } },
        ...{ effect: "reload", why: "the section is missing" },
      },
    ]);
  });

  it("that nothing declares goes where the file is owned whole, and its machines before it", () => {
    expect(changes("", section("limit = 2"), { exclusive: true })).toStrictEqual([
      {
        ...{ path: "runners[a]", from: { name: "a", limit: 2 } },
        ...{ effect: "disown", why: "the file declares no such section" },
      },
    ]);
    expect(changes("", section("limit = 2"))).toEqual([]);
  });

  it("keeps its own four keys to itself, and those alone, there alone", () => {
    const of = (id: number) => section(`id = ${id}\ntoken = "${id}"\nlimit = 2`);
    expect(changes(of(1), of(2), { exclusive: true })).toEqual([]);
    expect(changes(section("limit = 2"), of(2), { exclusive: true })).toEqual([]);
    expect(paths('token = "x"', 'token = "y"')).toEqual(["token"]);
    expect(paths("[session_server]\nid = 1", "[session_server]\nid = 2")).toEqual(["session_server.id"]);
    const deeper = (id: number) => section(`[runners.docker]\nid = ${id}`);
    expect(paths(deeper(1), deeper(2))).toEqual(["runners[a].docker.id"]);
  });

  it("isn't off for what the runner does anyhow", () => {
    const spelled = section(
      "output_limit = 4096\nrequest_concurrency = 1\n[runners.machine]\nMaxRemovalAttempts = 30",
      "[runners.docker]\nwait_for_services_timeout = 30",
    );
    expect(changes(spelled, section(), { exclusive: true })).toEqual([]);
    expect(changes(section(), spelled, { exclusive: true })).toEqual([]);
    expect(changes(section("output_limit = 0"), spelled)).toEqual([]);
    expect(paths(section("output_limit = 5000"), spelled)).toEqual(["runners[a].output_limit"]);
  });
});

describe("a table", () => {
  it("of known keys is told key by key, also where it isn't there at all, or nothing declares it", () => {
    const docker = section('[runners.docker]\nimage = "a"\nprivileged = true');
    const to = [
      { path: "runners[a].docker.image", to: "a" },
      { path: "runners[a].docker.privileged", to: true },
    ];
    expect(told(docker, section())).toEqual(to);
    expect(told(docker, section('docker = "none"'))).toEqual(to);
    expect(told(section(), docker, { exclusive: true })).toEqual(to.map(({ path, to: from }) => ({ path, from })));
    expect(told(section(), docker)).toEqual([]);
    expect(told(section(), section('docker = "none"'), { exclusive: true })).toEqual([
      { path: "runners[a].docker", from: "none" },
    ]);
  });

  it("of the user's keys is owned whole, key by key", () => {
    const flags = (text: string) => section(`[runners.feature_flags]\n${text}`);
    const at = (key: string) => `runners[a].feature_flags.${key}`;
    expect(told(flags("FF_A = true\nFF_B = true"), flags("FF_A = false\nFF_C = true"))).toEqual([
      { path: at("FF_A"), from: false, to: true },
      { path: at("FF_B"), to: true },
      { path: at("FF_C"), from: true },
    ]);
    const whole = "runners[a].feature_flags";
    expect(told(flags("FF_A = true"), section())).toEqual([{ path: whole, to: { FF_A: true } }]);
    expect(told(flags("FF_A = true"), section("feature_flags = 1"))).toEqual([
      { path: whole, from: 1, to: { FF_A: true } },
    ]);
    expect(told(section("feature_flags = 1"), flags("FF_A = true"))).toEqual([
      { path: whole, from: { FF_A: true }, to: 1 },
    ]);
    expect(told(section(), flags("FF_A = true"), { exclusive: true })).toEqual([{ path: whole, from: { FF_A: true } }]);
  });
});

describe("a list", () => {
  const caps = (...names: readonly string[]) => section(`[runners.docker]\ncap_add = ${JSON.stringify(names)}`);
  const at = "runners[a].docker.cap_add";

  it("of one length is told item by item, and as a whole else", () => {
    expect(told(caps("A", "B"), caps("A", "C"))).toEqual([{ path: `${at}[1]`, from: "C", to: "B" }]);
    expect(told(caps("A", "B"), caps("A"))).toEqual([{ path: at, from: ["A"], to: ["A", "B"] }]);
    expect(told(caps("A"), caps("A", "B"))).toEqual([{ path: at, from: ["A", "B"], to: ["A"] }]);
    expect(told(caps("A"), section('[runners.docker]\ncap_add = "A"'))).toEqual([{ path: at, from: "A", to: ["A"] }]);
    expect(told(section('[runners.docker]\nuser = "A"'), section('[runners.docker]\nuser = ["A"]'))).toEqual([
      { path: "runners[a].docker.user", from: ["A"], to: "A" },
    ]);
  });

  it("of blocks owns each of them whole: what is extra in one is a change, and a spelled-out default is none", () => {
    const periods = 'Periods = ["* * 9-17 * * mon-fri *"]';
    const of = (...lines: readonly string[]) => section("[[runners.machine.autoscaling]]", periods, ...lines);
    const block = "runners[a].machine.autoscaling[0]";
    expect(told(of("IdleCount = 2"), of("IdleCount = 2", "IdleTime = 60"))).toEqual([
      { path: `${block}.IdleTime`, from: 60 },
    ]);
    expect(told(of("IdleCount = 2"), of("IdleCount = 2", "IdleCountMin = 0"))).toEqual([]);
    expect(told(of("IdleCount = 2"), of())).toEqual([{ path: `${block}.IdleCount`, to: 2 }]);
    expect(told(of(), section("[runners.machine]", 'autoscaling = ["odd"]'))).toEqual([
      { path: block, from: "odd", to: { Periods: ["* * 9-17 * * mon-fri *"] } },
    ]);
    expect(told(section("[runners.machine]", 'autoscaling = ["odd"]'), of())).toEqual([
      { path: block, from: { Periods: ["* * 9-17 * * mon-fri *"] }, to: "odd" },
    ]);
  });
});

describe("what the host hides", () => {
  const hex = "aa".repeat(16);
  const services = (command: string) => section("[[runners.docker.services]]", 'name = "db"', `command = ${command}`);
  const block = "runners[a].docker.services[0].command[0]";

  it("in a block of a list is compared by its digest too", () => {
    const wanted = services('["go"]');
    const live = services(`["${digestMark(hex)}"]`);
    expect(compare(wanted, live)).toEqual({ changes: [], unknown: [block] });
    expect(compare(wanted, live, { digests: new Map([[block, hex]]) })).toEqual({ changes: [], unknown: [] });
    expect(paths(wanted, live, { digests: new Map([[block, "bb".repeat(16)]]) })).toEqual([block]);
    expect(paths(wanted, live, { digests: new Map() })).toEqual([block]);
  });

  it("among machine options as well, where something is declared to compare with", () => {
    const options = (...all: readonly string[]) =>
      section("[runners.machine]", `MachineOptions = ${JSON.stringify(all)}`);
    const path = "runners[a].machine.MachineOptions[engine-env]";
    const wanted = options("engine-env=A=b");
    const live = options(`engine-env=${digestMark(hex)}`);
    expect(compare(wanted, live)).toEqual({ changes: [], unknown: [path] });
    expect(compare(wanted, live, { digests: new Map([[path, hex]]) })).toEqual({ changes: [], unknown: [] });
    expect(paths(wanted, live, { digests: new Map([[path, "bb".repeat(16)]]) })).toEqual([path]);
    expect(paths(options(), live)).toEqual([path]);
    expect(paths(wanted, options())).toEqual([path]);
  });
});

it("two values that both say the runner's own default are no difference", () => {
  expect(changes("check_interval = 3", "check_interval = 0")).toEqual([]);
  expect(paths("check_interval = 3", "check_interval = 5")).toEqual(["check_interval"]);
  expect(paths("check_interval = 5", "check_interval = 0")).toEqual(["check_interval"]);
});

test.each<readonly [readonly (string | number)[], string, string]>([
  [["runners", "a", "id"], "owned", "the runner keeps this key itself"],
  [["runners", "a", "id", "deeper"], "reload", "read within seconds"],
  [["runners"], "reload", "read within seconds"],
  [["runners", "a"], "reload", "a section"],
  [["runners", "a", "limit"], "reload", "read within seconds"],
  [["listen_address"], "restart", "the metrics address is read at start only"],
  [["listen_address", "deeper"], "reload", "read within seconds"],
  [["session_server"], "restart", "the session server is set up at start only"],
  [["runners", "a", "machine", "MachineDriver"], "disown", "machines of another driver are not its own"],
  [["runners", "a", "docker", "MachineName"], "reload", "read within seconds"],
  [["runners", "a", "executor"], "disown", "another executor has no machines of the old one"],
  [["runners", "a", "autoscaler"], "restart", "the autoscaler is set up once"],
  [["runners", "a", "autoscaler", "policy", 0], "reload", "policies are read again (17.5 and later)"],
])("a change at %j means %s: %s", (path, effect, why) => {
  expect(effectOf(path)).toEqual({ effect, why });
});
