import type { Fleet, PartialSpec } from "./fleet-schema.ts";
import { parseGitLabVersion } from "./gitlab-version.ts";
import { isTypedSetting, type RemovedSetting, removedSetting } from "./omnibus.ts";
import type { Finding, Path } from "./problem.ts";
import { parsePeriod, periodTraps } from "./runners/period.ts";
import { checkVolume } from "./volume.ts";

type Host = NonNullable<Fleet["spec"]["host"]>;

const base: Path = ["spec", "host"];

export function checkHost(host: Host, spec: PartialSpec): Finding[] {
  return [
    ...checkVolume(host.rootVolume, [...base, "rootVolume"]),
    ...checkVolume(host.dataVolume, [...base, "dataVolume"]),
    ...checkUrl(host, spec),
    ...checkPorts(host),
    ...checkArchitecture(host),
    ...checkOmnibus(host.gitlab),
    ...checkSmtp(host.smtp),
    ...checkMonitoring(host.monitoring),
    ...checkBackups(host),
  ];
}

function checkUrl(host: Host, spec: PartialSpec): Finding[] {
  const findings: Finding[] = [];
  const https = host.externalUrl.startsWith("https:");
  const url = new URL(host.externalUrl);
  if (!https && host.tls.type !== "None") {
    findings.push({
      severity: "error",
      path: [...base, "externalUrl"],
      message: `an http URL with tls.type ${host.tls.type}`,
      expected: `https://${url.host}`,
      got: host.externalUrl,
    });
  }
  if (!https && host.tls.type === "None") {
    findings.push({
      severity: "warning",
      path: [...base, "tls"],
      message: "passwords and tokens will cross the network unencrypted",
    });
  }
  if (https && host.tls.type === "None") {
    findings.push({
      severity: "warning",
      path: [...base, "tls"],
      message: "the URL is https, but the host serves plain HTTP",
      hint: "Something in front of it must end TLS, and be the only way to it.",
    });
  }
  if (host.tls.type === "LetsEncrypt" && spec.network?.allowedCidrs.includes("0.0.0.0/0") === false) {
    findings.push({
      severity: "warning",
      path: [...base, "tls"],
      message: "Let's Encrypt must reach port 80 from anywhere, and network.allowedCidrs doesn't allow that",
      hint: "Use a certificate by secret, or open the host to 0.0.0.0/0.",
    });
  }
  const zone = host.dns?.name;
  if (zone !== undefined && zone !== url.hostname) {
    findings.push({
      severity: "warning",
      path: [...base, "dns", "name"],
      message: "another name than the external URL's",
      expected: url.hostname,
      got: zone,
    });
  }
  return findings;
}

/** Ports of the host itself: 22 is its own sshd's, 9252 the runner's metrics', 8093 its session server's. */
function checkPorts(host: Host): Finding[] {
  const url = new URL(host.externalUrl);
  const web = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const taken = new Map<number, string>([
    [80, "HTTP"],
    [443, "HTTPS"],
    [web, "the external URL"],
    [9252, "the runner's metrics"],
  ]);
  const wanted: { port: number | undefined; path: Path; name: string }[] = [
    { port: host.gitSshPort, path: [...base, "gitSshPort"], name: "Git over SSH" },
    {
      port: host.registry.enabled ? host.registry.port : undefined,
      path: [...base, "registry", "port"],
      name: "the registry",
    },
    {
      port: host.monitoring.grafana.enabled ? host.monitoring.grafana.port : undefined,
      path: [...base, "monitoring", "grafana", "port"],
      name: "Grafana",
    },
  ];
  const findings: Finding[] = [];
  for (const { port, path, name } of wanted) {
    if (port === undefined) continue;
    const other = taken.get(port);
    if (other !== undefined) {
      findings.push({
        severity: "error",
        path,
        message: `the port of ${other}`,
        expected: "a port of its own",
        got: String(port),
      });
    } else taken.set(port, name);
  }
  if (host.gitSshPort === 22) {
    findings.push({
      severity: "error",
      path: [...base, "gitSshPort"],
      message: "the port of the host's own SSH server",
      expected: "another port, such as 2222",
      got: "22",
    });
  }
  return findings;
}

/** Graviton families have a g after their generation's digit (EC2 instance type naming conventions). */
function checkArchitecture(host: Host): Finding[] {
  if (!("ssm" in host.ami)) return [];
  const arm = /^[a-z]+\d+[a-z]*g[a-z]*\./.test(host.instanceType);
  const named = /arm64|x86_64/.exec(host.ami.ssm)?.[0];
  const wanted = arm ? "arm64" : "x86_64";
  if (named === undefined || named === wanted) return [];
  return [
    {
      severity: "error",
      path: [...base, "ami"],
      message: `an AMI for ${named}, but ${host.instanceType} is ${wanted}`,
      expected: host.ami.ssm.replace(named, wanted),
      got: host.ami.ssm,
    },
  ];
}

function checkOmnibus(gitlab: Host["gitlab"]): Finding[] {
  const findings: Finding[] = [];
  const version = parseGitLabVersion(gitlab.version);
  const removed = (removal: RemovedSetting, path: Path): Finding => ({
    severity: "error",
    path,
    at: "key",
    // The name is our own list's, so it may stand where nothing of the file does.
    message: `GitLab ${removal.since} removed ${removal.name}, and ${gitlab.version} doesn't start with it`,
    hint: removal.instead,
  });
  for (const [name, settings] of Object.entries(gitlab.omnibus)) {
    const path = [...base, "gitlab", "omnibus", name];
    const section = version && removedSetting(name, undefined, version);
    if (section !== undefined) findings.push(removed(section, path));
    const keys = typeof settings === "object" && !Array.isArray(settings) ? Object.keys(settings) : [undefined];
    for (const key of keys) {
      const removal = version && key !== undefined ? removedSetting(name, key, version) : undefined;
      if (removal !== undefined && removal !== section) findings.push(removed(removal, [...path, key ?? ""]));
      const field = isTypedSetting(name, key);
      if (field === undefined) continue;
      findings.push({
        severity: "error",
        path: key === undefined ? path : [...path, key],
        at: "key",
        message: "the file has a field for this",
        expected: `spec.host.${field}`,
      });
    }
  }
  for (const setting of Object.keys(gitlab.omnibusSecrets)) {
    const [section = "", key] = setting.split(".");
    const removal = version && removedSetting(section, key, version);
    if (removal !== undefined) findings.push(removed(removal, [...base, "gitlab", "omnibusSecrets", setting]));
    const field = isTypedSetting(section, key);
    if (field === undefined) continue;
    findings.push({
      severity: "error",
      path: [...base, "gitlab", "omnibusSecrets", setting],
      at: "key",
      message: "the file has a field for this",
      expected: `spec.host.${field}`,
    });
  }
  return findings;
}

function checkSmtp(smtp: Host["smtp"]): Finding[] {
  if (smtp === undefined) return [];
  const path = [...base, "smtp"];
  const findings: Finding[] = [];
  const authenticates = smtp.authentication !== "None";
  for (const key of ["userName", "passwordSecret"] as const) {
    if (authenticates && smtp[key] === undefined) {
      findings.push({
        severity: "error",
        path: [...path, key],
        message: `missing: authentication is ${smtp.authentication}`,
        expected: "a value, or authentication: None",
      });
    }
    if (!authenticates && smtp[key] !== undefined) {
      findings.push({
        severity: "error",
        path: [...path, key],
        at: "key",
        message: "of no use with authentication: None",
      });
    }
  }
  if (authenticates && smtp.encryption === "None") {
    findings.push({
      severity: "warning",
      path: [...path, "encryption"],
      message: "the password will cross the network unencrypted",
    });
  }
  if (smtp.port === 465 && smtp.encryption !== "Tls") {
    findings.push({
      severity: "warning",
      path: [...path, "encryption"],
      message: "port 465 speaks TLS from the first byte",
      expected: "Tls",
      got: smtp.encryption,
    });
  }
  return findings;
}

function checkMonitoring(monitoring: Host["monitoring"]): Finding[] {
  if (!monitoring.grafana.enabled || monitoring.prometheus.enabled) return [];
  return [
    {
      severity: "error",
      path: [...base, "monitoring", "prometheus", "enabled"],
      message: "Grafana has nothing to show without Prometheus",
      expected: "true, or Grafana off",
      got: "false",
    },
  ];
}

function checkBackups(host: Host): Finding[] {
  const backups = host.backups;
  if (backups === undefined) {
    return [
      {
        severity: "warning",
        path: base,
        at: "key",
        message: "GitLab is not backed up",
        hint: "Add spec.host.backups with a bucket. Upgrades are refused without it.",
      },
    ];
  }
  const findings: Finding[] = checkSchedule(backups.schedule, [...base, "backups", "schedule"]);
  for (const part of ["db", "repositories"] as const) {
    const index = backups.skip.indexOf(part);
    if (index < 0) continue;
    findings.push({
      severity: "warning",
      path: [...base, "backups", "skip", index],
      message: `a backup without ${part} can't restore GitLab`,
    });
  }
  return findings;
}

function checkSchedule(schedule: string, path: Path): Finding[] {
  const parsed = parsePeriod(schedule, "unix");
  if (!parsed.ok) return [{ severity: "error", path, message: parsed.message, got: schedule }];
  return periodTraps(parsed.period).flatMap((trap): Finding[] =>
    trap.trap === "empty" || trap.trap === "no-date"
      ? [{ severity: "error", path, message: "a schedule that never comes", got: schedule }]
      : [],
  );
}
