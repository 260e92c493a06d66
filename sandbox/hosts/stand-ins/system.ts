import { parseArgs, type StandIn, text, trouble } from "../stand-in.ts";

export const systemctl: StandIn = ({ args }, { host }) => {
  const { options, rest } = parseArgs(args, ["--quiet", "-q", "--now"]);
  const [verb, unit] = rest;
  if (verb === "daemon-reload") return text("");
  const name = (unit ?? "").replace(/\.service$/, "");
  const known = host.units[name];
  if (known === undefined) return trouble(`Unit ${name}.service could not be found.`, 4);
  const now = options.has("--now");
  switch (verb) {
    case "is-enabled":
      return { exitCode: known.enabled ? 0 : 1, stdout: known.enabled ? "enabled\n" : "disabled\n" };
    case "is-active":
      return { exitCode: known.active ? 0 : 3, stdout: known.active ? "active\n" : "inactive\n" };
    case "enable":
    case "disable":
      known.enabled = verb === "enable";
      if (now) known.active = known.enabled;
      return text("");
    case "start":
    case "restart":
      known.active = true;
      return text("");
    case "stop":
      known.active = false;
      return text("");
    default:
      return trouble(`systemctl: the sandbox doesn't know ${verb}`, 1);
  }
};

export const rpm: StandIn = ({ args }, { host }) => {
  const { options, rest } = parseArgs(args, ["-q"]);
  const version = host.packages[rest[0] ?? ""];
  if (version === undefined) return { exitCode: 1, stdout: `package ${rest[0]} is not installed\n` };
  const format = options.get("--qf")?.[0] ?? "%{NAME}-%{VERSION}-%{RELEASE}";
  const told: Readonly<Record<string, string>> = { NAME: rest[0] ?? "", VERSION: version, RELEASE: "1.amzn2023" };
  return text(format.replaceAll(/%\{([A-Z]+)\}/g, (_, key: string) => told[key] ?? ""));
};

/** Every version of Docker exists but those that a test took away; a package brings its programs and its unit. */
export function dnf(install: (name: string) => void): StandIn {
  return ({ args }, { host, hosts }) => {
    const { rest } = parseArgs(args, ["-y", "-q"]);
    if (rest[0] !== "install") return trouble(`dnf: the sandbox doesn't know ${rest[0]}`);
    for (const spec of rest.slice(1)) {
      const asked = /^([a-z][a-z-]*?)-(\d[0-9A-Za-z.~+]*)(?:-.*)?$/.exec(spec);
      const [, name = spec, version = ""] = asked ?? [];
      if (name !== "docker" || version === "" || hosts.unavailablePackages[name]?.includes(version) === true) {
        return trouble(`Error: Unable to find a match: ${spec}`);
      }
      host.packages[name] = version;
      host.units[name] ??= { enabled: false, active: false };
      install(name);
    }
    return text("");
  };
}

/** Time passes on the sandbox's clock, and inside with it. */
export const sleep: StandIn = async ({ args }, { clock, realTime }) => {
  await clock.sleep(Number.parseFloat(args[0] ?? "0") * 1000);
  return { inside: `printf %s ${clockOffset(clock.now(), realTime())} >/run/sandbox/clock` };
};

/** Milliseconds that the stand-in of `date` adds to real time. */
export function clockOffset(now: number, realTime: number): number {
  return Math.round(now - realTime);
}
