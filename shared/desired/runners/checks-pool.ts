import type { Finding, Path } from "../problem.ts";
import { poolGroupName } from "./pool.ts";
import type { AutoscalerFleet, Runners } from "./runners-schema.ts";

/** @param fleetName `metadata.name`; undefined where it is invalid */
export function checkPool(fleet: AutoscalerFleet, fleetName: string | undefined, path: Path): Finding[] {
  const { pool, autoscaler } = fleet;
  if (pool === undefined) return [];
  const findings: Finding[] = [];
  if ((autoscaler.maxInstances ?? 0) === 0) {
    findings.push({
      severity: "error",
      path: [...path, "autoscaler", ...(autoscaler.maxInstances === undefined ? [] : ["maxInstances"])],
      message: "no maxInstances: the Auto Scaling group needs a greatest size",
      expected: "a number of instances",
    });
  }
  const plugin = /^(?:.*\/)?([^:/]+)(?::.*)?$/.exec(autoscaler.plugin ?? "aws")?.[1];
  if (plugin !== "aws" && plugin !== "fleeting-plugin-aws") {
    findings.push({
      severity: "error",
      path: [...path, "autoscaler", "plugin"],
      message: "not the plugin for Auto Scaling groups, which `pool` makes",
      got: autoscaler.plugin ?? "",
      expected: "aws",
    });
  }
  const named = autoscaler.pluginConfig?.["name"];
  if (fleetName !== undefined && named !== undefined && named !== poolGroupName(fleetName, fleet)) {
    findings.push({
      severity: "error",
      path: [...path, "autoscaler", "pluginConfig"],
      message: "names another group than the pool's",
      got: String(named),
      expected: poolGroupName(fleetName, fleet),
      hint: "Leave it out: it follows from the pool.",
    });
  }
  const provisioned = pool.volumeType === "io1" || pool.volumeType === "io2";
  if (provisioned !== (pool.iops !== undefined) && pool.volumeType !== "gp3") {
    findings.push({
      severity: "error",
      path: [...path, "pool", provisioned ? "volumeType" : "iops"],
      message: provisioned ? `${pool.volumeType} without iops` : `of no use with ${pool.volumeType}`,
    });
  }
  if (autoscaler.connector?.protocol !== undefined && autoscaler.connector.protocol !== "ssh") {
    findings.push({
      severity: "error",
      path: [...path, "autoscaler", "connector", "protocol"],
      message: "only SSH is let through to machines",
      got: autoscaler.connector.protocol,
      expected: "ssh",
    });
  }
  return findings;
}

/** A group belongs to one section: two would each take the other's instances for lost. GitLab's rule. */
export function checkPoolNames({ fleets }: Runners, fleetName: string | undefined, base: Path): Finding[] {
  const seen = new Set<string>();
  return fleets.flatMap((fleet, index): Finding[] => {
    if (fleet.executor === "docker+machine" || fleet.pool === undefined || fleetName === undefined) return [];
    const name = poolGroupName(fleetName, fleet);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        severity: "error",
        path: [...base, "fleets", index, "pool"],
        message: "the Auto Scaling group of another fleet",
        got: name,
        hint: "GitLab's rule: a group is never shared between sections or managers.",
      },
    ];
  });
}
