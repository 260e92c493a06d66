import type { Finding, Path } from "../problem.ts";
import { checkExtraGlobal, checkExtraSection } from "./checks-config.ts";
import { checkMachineIdle, checkPolicies } from "./checks-idle.ts";
import { checkMachine } from "./checks-machine.ts";
import { checkPool, checkPoolNames } from "./checks-pool.ts";
import { checkManagerSince, checkSince } from "./checks-since.ts";
import { isAtLeast } from "./runner-version.ts";
import type { RunnerFleet, Runners } from "./runners-schema.ts";

/** What the checks need of the file around `runners`. What is missing is not in the file, or invalid. */
export interface RunnersAround {
  readonly fleetName?: string;
  readonly gitlabVersion?: string;
  readonly cachePrefix?: string;
  readonly cacheExpires?: boolean;
  readonly machineSubnetIds?: readonly string[];
}

const base: Path = ["spec", "runners"];

/** What a schema can't say of `spec.runners`. */
export function checkRunners(runners: Runners, around: RunnersAround): Finding[] {
  const version = runners.version ?? around.gitlabVersion;
  return [
    ...checkVersions(runners, around),
    ...checkListenAddress(runners.manager),
    ...checkExtraGlobal(runners.manager, [...base, "manager"]),
    ...checkManagerSince(runners.manager, version, [...base, "manager"]),
    ...checkNames(runners),
    ...checkPoolNames(runners, around.fleetName, base),
    ...runners.fleets.flatMap((fleet, index) => {
      const path = [...base, "fleets", index];
      return [
        ...checkExecutor(fleet, version, path),
        ...checkLimit(fleet, runners, path),
        ...checkRegistration(fleet, runners, version, path),
        ...checkCache(fleet, around, path),
        ...checkExtraSection(fleet, path),
        ...checkSince(fleet, version, path),
        ...(fleet.executor === "docker+machine"
          ? [
              ...checkMachine(fleet, around.fleetName, path),
              ...checkMachineIdle(fleet, path),
              ...checkZone(fleet, around, path),
            ]
          : [...checkPolicies(fleet, path), ...checkPool(fleet, around.fleetName, path)]),
      ];
    }),
  ];
}

function checkVersions({ version }: Runners, { gitlabVersion }: RunnersAround): Finding[] {
  if (version === undefined || gitlabVersion === undefined) return [];
  if (minorOf(version) === minorOf(gitlabVersion)) return [];
  return [
    {
      severity: "warning",
      path: [...base, "version"],
      message: `another minor version than GitLab's ${gitlabVersion}`,
      got: version,
      hint: "GitLab's rule: the runner's major and minor version should be those of GitLab.",
    },
  ];
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The manager runs in a container of ours: only this port of it is the host's, and scraped by Prometheus. */
const metricsPort = /^(?:0\.0\.0\.0|\[::\])?:9252$/;

function checkListenAddress({ listenAddress }: Runners["manager"]): Finding[] {
  if (listenAddress === undefined || metricsPort.test(listenAddress)) return [];
  return [
    {
      severity: "error",
      path: [...base, "manager", "listenAddress"],
      message: "the host couldn't reach the manager's metrics there",
      expected: "`:9252`, alone or with 0.0.0.0 or [::] before it",
      got: listenAddress,
      hint: "By its metrics is told whether it loaded its file, and whether jobs run: without them nothing is applied and no machine is collected.",
    },
  ];
}

function checkNames(runners: Runners): Finding[] {
  const seen = new Map<string, string>();
  return runners.fleets.flatMap((fleet, index): Finding[] =>
    (["name", "runnerName"] as const).flatMap((field): Finding[] => {
      const value = fleet[field];
      if (value === undefined) return [];
      const first = seen.get(`${field} ${value}`);
      seen.set(`${field} ${value}`, fleet.name);
      if (first === undefined) return [];
      return [
        {
          severity: "error",
          path: [...base, "fleets", index, field],
          message: "the name of another fleet",
          got: value,
        },
      ];
    }),
  );
}

function checkExecutor(fleet: RunnerFleet, version: string | undefined, path: Path): Finding[] {
  if (fleet.executor === "docker+machine") {
    if (version === undefined || !isAtLeast(version, "20.0")) return [];
    return [
      {
        severity: "error",
        path: [...path, "executor"],
        message: `docker+machine is gone from GitLab Runner ${version}`,
        expected: "docker-autoscaler",
        hint: "`fleetkeeper convert --to docker-autoscaler` writes the new section. GitLab's rule: removed in 20.0.",
      },
    ];
  }
  if (version === undefined || isAtLeast(version, "15.11")) return [];
  return [
    {
      severity: "error",
      path: [...path, "executor"],
      message: `GitLab Runner ${version} has no ${fleet.executor} yet`,
      expected: "GitLab Runner 17.1 or later",
    },
  ];
}

function checkLimit(fleet: RunnerFleet, { manager }: Runners, path: Path): Finding[] {
  const findings: Finding[] = [];
  const limit = fleet.limit ?? 0;
  if (limit > manager.concurrent) {
    findings.push({
      severity: "warning",
      path: [...path, "limit"],
      message: `more than the manager's concurrent, ${manager.concurrent}: never reached`,
      got: String(limit),
      hint: "GitLab's rule: concurrent caps the jobs of all sections together.",
    });
  }
  if (fleet.executor === "docker+machine" && limit === 0) {
    findings.push({
      severity: "warning",
      path: fleet.limit === undefined ? path : [...path, "limit"],
      message: "no limit: nothing but concurrent bounds the machines, and idle ones come on top",
    });
  }
  if (fleet.executor !== "docker+machine") {
    const capacity = (fleet.autoscaler.maxInstances ?? 0) * (fleet.autoscaler.capacityPerInstance ?? 1);
    if (capacity > manager.concurrent) {
      findings.push({
        severity: "warning",
        path: [...path, "autoscaler", "maxInstances"],
        message: `instances for ${capacity} jobs, but concurrent is ${manager.concurrent}`,
        hint: "GitLab's rule: concurrent should be maxInstances times capacityPerInstance.",
      });
    }
  }
  return findings;
}

function checkRegistration(fleet: RunnerFleet, runners: Runners, version: string | undefined, path: Path): Finding[] {
  const { registration } = fleet;
  const at = [...path, "registration"];
  const findings: Finding[] = [];
  if (!registration.runUntagged && registration.tags.length === 0) {
    findings.push({
      severity: "error",
      path: [...at, "tags"],
      message: "no tags, and jobs without tags aren't taken either",
      hint: "GitLab's rule: the tags can't be empty when a runner may not pick untagged jobs.",
    });
  }
  for (const [scope, key] of [
    ["group", "groupId"],
    ["project", "projectId"],
  ] as const) {
    if (registration.scope === scope && registration[key] === undefined) {
      findings.push({ severity: "error", path: [...at, key], message: "missing", expected: `the ${scope}'s id` });
    }
    if (registration.scope !== scope && registration[key] !== undefined) {
      findings.push({
        severity: "error",
        path: [...at, key],
        at: "key",
        message: `of no use with scope ${registration.scope}`,
      });
    }
  }
  if (registration.flow === "registration-token") {
    if (version !== undefined && isAtLeast(version, "20.0")) {
      findings.push({
        severity: "error",
        path: [...at, "flow"],
        message: `registration tokens are gone from GitLab ${version}`,
        expected: "authentication-token",
      });
    } else if (version !== undefined && isAtLeast(version, "17.0")) {
      findings.push({
        severity: "warning",
        path: [...at, "flow"],
        message: "GitLab 17 and later refuse registration tokens unless an administrator allowed them",
      });
    }
    if (runners.gitlab?.registrationTokenSecret === undefined && runners.gitlab !== undefined) {
      findings.push({
        severity: "error",
        path: [...base, "gitlab", "registrationTokenSecret"],
        message: "missing: a fleet registers by registration token",
      });
    }
  }
  return findings;
}

function checkCache(fleet: RunnerFleet, around: RunnersAround, path: Path): Finding[] {
  const { cache } = fleet;
  if (cache === undefined) return [];
  const at = [...path, "cache"];
  const findings: Finding[] = [];
  const { s3 } = cache;
  if (cache.type === undefined && s3 !== undefined && around.cachePrefix === undefined) {
    findings.push({ severity: "error", path: [...at, "type"], message: "missing", expected: "s3" });
  }
  if (s3?.bucketName !== undefined && s3.bucketLocation === undefined) {
    findings.push({
      severity: "error",
      path: [...at, "s3"],
      message: "a bucket without its region",
      expected: "bucketLocation",
      hint: "GitLab's rule: without BucketLocation the region is looked up, which the host's role may not allow, and us-east-1 is taken where that fails.",
    });
  }
  if (
    s3?.authenticationType === "access-key" &&
    (s3.accessKeySecret === undefined || s3.secretKeySecret === undefined)
  ) {
    findings.push({
      severity: "error",
      path: [...at, "s3", "authenticationType"],
      message: "access-key without accessKeySecret and secretKeySecret",
    });
  }
  if (s3?.serverSideEncryption?.toUpperCase().includes("KMS") === true && s3.serverSideEncryptionKeyId === undefined) {
    findings.push({
      severity: "error",
      path: [...at, "s3", "serverSideEncryption"],
      message: "KMS without serverSideEncryptionKeyId",
      hint: "GitLab's rule: ServerSideEncryptionKeyID names the key where KMS encrypts.",
    });
  }
  findings.push(...checkPrefix(fleet, around, at));
  return findings;
}

/** The runner's keys are `[Path/][runner/SHORT_TOKEN/]project/ID/KEY`; only those under the rule's prefix expire. */
function checkPrefix({ cache }: RunnerFleet, { cachePrefix, cacheExpires }: RunnersAround, at: Path): Finding[] {
  if (cache?.path === undefined || cache.s3?.bucketName !== undefined || cachePrefix === undefined) return [];
  if (cacheExpires === false) return [];
  const path = cache.path.replace(/^\/+|\/+$/g, "");
  const key = `${path === "" ? "" : `${path}/`}${cache.shared === false ? "runner/" : "project/"}`;
  if (key.startsWith(cachePrefix)) return [];
  return [
    {
      severity: "warning",
      path: [...at, "path"],
      message: `objects will be below ${key}, and only what is below ${cachePrefix} expires`,
      expected: cachePrefix.replace(/\/$/, ""),
      got: cache.path,
    },
  ];
}

function checkZone(fleet: RunnerFleet, { machineSubnetIds }: RunnersAround, path: Path): Finding[] {
  if (fleet.executor !== "docker+machine" || machineSubnetIds === undefined) return [];
  const { subnetId, zone } = fleet.machine;
  const findings: Finding[] = [];
  if (subnetId !== undefined && !machineSubnetIds.includes(subnetId)) {
    findings.push({
      severity: "warning",
      path: [...path, "machine", "subnetId"],
      message: "not one of network.machineSubnetIds: the manager's role may make no machine there",
      expected: machineSubnetIds.join(" or "),
      got: subnetId,
    });
  }
  if (zone !== undefined) {
    findings.push({
      severity: "warning",
      path: [...path, "machine", "zone"],
      message: "must be the zone of the subnet, or no machine can be made; left out, it is derived from it",
      got: zone,
    });
  }
  return findings;
}
