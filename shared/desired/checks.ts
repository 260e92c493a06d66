import type { Fleet, PartialSpec } from "./fleet-schema.ts";
import { checkHost } from "./host-checks.ts";
import { checkIam } from "./iam.ts";
import { checkMaintenance } from "./maintenance.ts";
import { checkNetwork } from "./network.ts";
import type { Finding, Path } from "./problem.ts";
import { checkRunners } from "./runners/runners-checks.ts";
import { checkTags } from "./tags.ts";

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
    ...checkTopics(spec.notifications?.topics ?? []),
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

/** What a topic was told is remembered by its ARN, so each stands once. */
function checkTopics(topics: readonly { readonly arn?: string | undefined }[]): Finding[] {
  return topics.flatMap(({ arn }, index): Finding[] =>
    arn !== undefined && topics.findIndex((one) => one.arn === arn) < index
      ? [{ severity: "error", path: ["spec", "notifications", "topics", index, "arn"], message: "listed twice" }]
      : [],
  );
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
