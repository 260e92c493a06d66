import { canonicalCidr, cidrContains, parseCidr } from "./cidr.ts";
import type { Fleet, PartialSpec } from "./fleet-schema.ts";
import { checkHost } from "./host-checks.ts";
import { weekdays } from "./operations.ts";
import type { Finding, Path } from "./problem.ts";
import { checkRunners } from "./runners/runners-checks.ts";

type Spec = Fleet["spec"];

/**
 * What a schema can't say: what only two fields together make wrong, and what is allowed but likely regretted.
 * Sections that are missing here are invalid, or not in the file; what needs them isn't checked.
 */
export function checkSpec(spec: PartialSpec, fleetName?: string): Finding[] {
  return [
    ...(spec.iam === undefined ? [] : checkIam(spec.iam)),
    ...(spec.network === undefined ? [] : checkNetwork(spec.network)),
    ...(spec.cache === undefined ? [] : checkCache(spec.cache, spec.host)),
    ...(spec.maintenance === undefined ? [] : checkMaintenance(spec.maintenance)),
    ...(spec.tags === undefined ? [] : checkTags(spec.tags)),
    ...checkPlaces(spec),
    ...(spec.host === undefined ? [] : checkHost(spec.host, spec)),
    ...(spec.runners === undefined
      ? []
      : checkRunners(spec.runners, {
          ...(fleetName === undefined ? {} : { fleetName }),
          ...(spec.host === undefined ? {} : { gitlabVersion: spec.host.gitlab.version }),
          ...(spec.cache === undefined
            ? {}
            : { cachePrefix: spec.cache.prefix, cacheExpires: spec.cache.expiry.enabled }),
          ...(spec.network === undefined ? {} : { machineSubnetIds: spec.network.machineSubnetIds }),
        })),
  ];
}

function checkIam(iam: Spec["iam"]): Finding[] {
  // IAM compares names without regard to case.
  if (iam.hostRole.name.toLowerCase() !== iam.machineRole.name.toLowerCase()) return [];
  return [
    {
      severity: "error",
      path: ["spec", "iam", "machineRole", "name"],
      message: "the same name as the host's role",
      expected: "two roles: machines, and so CI jobs, must not have the host's permissions",
      got: iam.machineRole.name,
    },
  ];
}

function checkNetwork(network: Spec["network"]): Finding[] {
  const base = ["spec", "network"];
  const findings: Finding[] = [
    ...repeated(network.machineSubnetIds, [...base, "machineSubnetIds"]),
    ...repeated(network.allowedCidrs, [...base, "allowedCidrs"]),
  ];
  network.machineSubnetIds.forEach((subnet, index) => {
    if (subnet !== network.hostSubnetId) return;
    findings.push({
      severity: "warning",
      path: [...base, "machineSubnetIds", index],
      message: "machines in the host's subnet",
      hint: "Machines belong in private subnets of their own, with a way out.",
    });
  });
  const blocks = network.allowedCidrs.map((text) => ({ text, block: parseCidr(text) }));
  blocks.forEach(({ text, block }, index) => {
    const path = [...base, "allowedCidrs", index];
    if (block === undefined) return;
    if (block.bits === 0) {
      findings.push({
        severity: "warning",
        path,
        message: "GitLab will be open to the whole internet",
        hint: "Name the blocks of your offices and VPN instead, unless GitLab is meant to be public.",
      });
    }
    const outer = blocks.find(
      (other, place) =>
        place !== index && other.block !== undefined && other.text !== text && cidrContains(other.block, block),
    );
    if (outer !== undefined) {
      findings.push({ severity: "warning", path, message: `already within ${outer.text}`, got: canonicalCidr(block) });
    }
  });
  if (network.allowedCidrs.length === 0) {
    findings.push({
      severity: "warning",
      path: [...base, "allowedCidrs"],
      message: "nobody but the machines will reach GitLab",
    });
  }
  return findings;
}

function checkCache(cache: Spec["cache"], host: Spec["host"]): Finding[] {
  const findings: Finding[] = [];
  if (cache.bucket.includes(".")) {
    findings.push({
      severity: "warning",
      path: ["spec", "cache", "bucket"],
      message: "a bucket name with dots",
      hint: "TLS by host name doesn't work with such buckets: runners must be told to use path style.",
    });
  }
  if (host?.backups?.bucket === cache.bucket) {
    findings.push({
      severity: "error",
      path: ["spec", "host", "backups", "bucket"],
      message: "the cache's bucket, which every CI job can write to",
      expected: "another bucket than spec.cache.bucket",
      got: cache.bucket,
    });
  }
  return findings;
}

/** Half-open intervals of minutes of a week, for windows that wrap from Sunday to Monday too. */
function checkMaintenance(maintenance: Spec["maintenance"]): Finding[] {
  const week = 7 * 24 * 60;
  const opened: { readonly start: number; readonly end: number; readonly window: number }[] = [];
  const findings: Finding[] = [];
  maintenance.windows.forEach((window, index) => {
    findings.push(...repeated(window.days, ["spec", "maintenance", "windows", index, "days"]));
    const [hours = 0, minutes = 0] = window.start.split(":").map(Number);
    for (const day of new Set(window.days)) {
      const start = weekdays.indexOf(day) * 24 * 60 + hours * 60 + minutes;
      opened.push({ start, end: start + window.duration / 60_000, window: index });
    }
  });
  const overlapping = new Set<number>();
  for (const a of opened) {
    for (const b of opened) {
      if (b.window <= a.window || overlapping.has(b.window)) continue;
      const shifts = [-week, 0, week];
      if (shifts.some((shift) => a.start < b.end + shift && b.start + shift < a.end)) overlapping.add(b.window);
    }
  }
  for (const index of overlapping) {
    findings.push({
      severity: "warning",
      path: ["spec", "maintenance", "windows", index],
      message: "this window overlaps one before it",
      hint: "It is one long window then; write it as one to be clear.",
    });
  }
  return findings;
}

/** AWS treats tag keys with case, but IAM and billing reports don't: two that differ in case alone fail on roles. */
function checkTags(tags: Spec["tags"]): Finding[] {
  const seen = new Map<string, string>();
  return Object.keys(tags).flatMap((key): Finding[] => {
    const first = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), key);
    const path: Path = ["spec", "tags", key];
    if (key === "Name") {
      return [{ severity: "error", path, at: "key", message: "Name is set by Fleetkeeper on each resource" }];
    }
    if (first === undefined) return [];
    return [
      {
        severity: "error",
        path,
        at: "key",
        message: `differs from ${first} in case alone, which IAM refuses`,
        expected: "one of the two",
      },
    ];
  });
}

/** ARNs name region and account themselves: they must be the file's. */
function checkPlaces(spec: PartialSpec): Finding[] {
  const arns: { path: Path; arn: string | undefined; regional: boolean }[] = [
    { path: ["spec", "iam", "permissionsBoundary"], arn: spec.iam?.permissionsBoundary, regional: false },
    { path: ["spec", "cache", "encryption", "key"], arn: keyOf(spec.cache?.encryption), regional: true },
    ...(spec.notifications?.topics ?? []).map((topic, index) => ({
      path: ["spec", "notifications", "topics", index, "arn"],
      arn: topic.arn,
      regional: false,
    })),
    { path: ["spec", "host", "rootVolume", "kmsKey"], arn: spec.host?.rootVolume.kmsKey, regional: true },
    { path: ["spec", "host", "dataVolume", "kmsKey"], arn: spec.host?.dataVolume.kmsKey, regional: true },
    {
      path: ["spec", "host", "backups", "encryption", "key"],
      arn: keyOf(spec.host?.backups?.encryption),
      regional: true,
    },
  ];
  return arns.flatMap(({ path, arn, regional }): Finding[] => {
    if (arn?.startsWith("arn:") !== true) return [];
    const [, , , region = "", account = ""] = arn.split(":");
    const findings: Finding[] = [];
    if (regional && spec.region !== undefined && region !== spec.region) {
      findings.push({
        severity: "error",
        path,
        message: "a key of another region",
        expected: spec.region,
        got: region,
      });
    }
    if (spec.accountId !== undefined && account !== "aws" && account !== spec.accountId) {
      findings.push({
        severity: "warning",
        path,
        message: "in another account",
        expected: spec.accountId,
        got: account,
      });
    }
    return findings;
  });
}

function keyOf(encryption: Spec["cache"]["encryption"] | undefined): string | undefined {
  return encryption?.type === "SSE-KMS" ? encryption.key : undefined;
}

function repeated(items: readonly string[], path: Path): Finding[] {
  return items.flatMap((item, index) =>
    items.indexOf(item) === index
      ? []
      : [{ severity: "error", path: [...path, index], message: "listed twice", got: item } satisfies Finding],
  );
}
