import type { Finding, Path } from "../problem.ts";
import { checkPeriods, checkTimeZone } from "./checks-periods.ts";
import type { AutoscalerFleet, MachineFleet } from "./runners-schema.ts";

type Idle = Pick<MachineFleet["machine"], "idleCount" | "idleCountMin" | "idleScaleFactor" | "idleTime">;

/** Idle counts and periods of docker+machine. Source: gitlab-runner `executors/docker/machine/idle_limit_strategy.go`. */
export function checkMachineIdle(fleet: MachineFleet, path: Path): Finding[] {
  const { machine, limit } = fleet;
  const at = [...path, "machine"];
  return [
    ...checkIdle(machine, limit, at),
    ...(machine.autoscaling ?? []).flatMap((block, index): Finding[] => {
      const here = [...at, "autoscaling", index];
      return [
        ...checkPeriods(block.periods, "cronexpr", [...here, "periods"]),
        ...checkTimeZone(block.timezone, [...here, "timezone"]),
        ...checkIdle(block, limit, here),
        ...(block.idleTime === undefined && (block.idleCount ?? 0) > 0
          ? [
              {
                severity: "warning",
                path: here,
                message: "no idleTime: while this block is in force it is 0, and surplus machines go at once",
                hint: "GitLab's rule: a block that matches replaces all four values, those that it leaves out too.",
              } satisfies Finding,
            ]
          : []),
      ];
    }),
    ...(machine.optionsWithName ?? []).flatMap((option, index): Finding[] =>
      option.includes("%s")
        ? []
        : [
            {
              severity: "error",
              path: [...at, "optionsWithName", index],
              message: "holds no %s",
              hint: "GitLab's rule: each of MachineOptionsWithName holds %s, or the runner doesn't load the file.",
            },
          ],
    ),
  ];
}

function checkIdle(idle: Idle, limit: number | undefined, path: Path): Finding[] {
  const count = idle.idleCount ?? 0;
  const factor = idle.idleScaleFactor ?? 0;
  const least = idle.idleCountMin;
  const findings: Finding[] = [];
  if (limit !== undefined && limit > 0 && count > limit) {
    findings.push({
      severity: "error",
      path: [...path, "idleCount"],
      message: `${count} idle machines, but the section has ${limit} at most`,
      expected: `at most ${limit}`,
      got: String(count),
      hint: "GitLab's rule: limit caps machines of every state, idle ones too.",
    });
  }
  if (factor > 0 && count === 0) {
    findings.push({
      severity: "warning",
      path: [...path, "idleScaleFactor"],
      message: "without effect: idleCount is 0",
      hint: "GitLab's rule: with idleScaleFactor, idleCount is the most machines kept idle.",
    });
  }
  if (least !== undefined && least > 0 && factor === 0) {
    findings.push({
      severity: "warning",
      path: [...path, "idleCountMin"],
      message: "without effect: idleScaleFactor is 0",
      hint: "GitLab's rule: idleCountMin counts only where idleScaleFactor is in use.",
    });
  }
  if (factor > 0 && least === 0) {
    findings.push({
      severity: "warning",
      path: [...path, "idleCountMin"],
      message: "taken as 1",
      hint: "GitLab's rule: with idleScaleFactor at least one machine stays idle, or no job would ever be taken again.",
    });
  }
  if (least !== undefined && factor > 0 && least > count && count > 0) {
    findings.push({
      severity: "warning",
      path: [...path, "idleCountMin"],
      message: `taken as ${count}: idleCount is the most`,
      got: String(least),
    });
  }
  return findings;
}

/** Policies of the autoscaler: idle counts are jobs there, and periods have five fields. */
export function checkPolicies(fleet: AutoscalerFleet, path: Path): Finding[] {
  const { autoscaler } = fleet;
  const capacity = (autoscaler.maxInstances ?? 0) * (autoscaler.capacityPerInstance ?? 1);
  return (autoscaler.policies ?? []).flatMap((policy, index): Finding[] => {
    const at = [...path, "autoscaler", "policies", index];
    const findings: Finding[] = [
      ...checkPeriods(policy.periods ?? [], "unix", [...at, "periods"]),
      ...checkTimeZone(policy.timezone, [...at, "timezone"]),
    ];
    const count = policy.idleCount ?? 0;
    if (capacity > 0 && count > capacity) {
      findings.push({
        severity: "error",
        path: [...at, "idleCount"],
        message: `idle capacity for ${count} jobs, but all instances together run ${capacity}`,
        expected: `at most ${capacity}`,
        got: String(count),
        hint: "GitLab's rule: idle_count counts jobs; maxInstances times capacityPerInstance is all there is.",
      });
    }
    if (policy.idleTime !== undefined && policy.idleTime < 1000 && policy.idleTime > 0) {
      findings.push({ severity: "error", path: [...at, "idleTime"], message: "less than a second" });
    }
    if (policy.scaleFactorLimit !== undefined && (policy.scaleFactor ?? 0) === 0) {
      findings.push({
        severity: "warning",
        path: [...at, "scaleFactorLimit"],
        message: "without effect: scaleFactor is 0",
      });
    }
    return findings;
  });
}
