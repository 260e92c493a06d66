/** The four values of docker+machine's idle rules that are in force. A time isn't among them: it only delays removal. */
export interface IdleRule {
  readonly idleCount: number;
  readonly idleScaleFactor: number;
  readonly idleCountMin: number;
}

/**
 * How many machines docker+machine keeps idle while others run jobs.
 *
 * 1. `idleCount` is the most; 0 makes machines on demand only.
 * 2. With a scale factor the target is the jobs times it, rounded down, at least `idleCountMin` and at least 1.
 * 3. `limit` caps machines of every state; 0 is no limit.
 *
 * Source: gitlab-runner `executors/docker/machine/idle_limit_strategy.go`.
 */
export function idleMachines(rule: IdleRule, inUse: number, limit: number): number {
  const wanted =
    rule.idleScaleFactor > 0
      ? Math.min(rule.idleCount, Math.max(rule.idleCountMin, 1, Math.trunc(inUse * rule.idleScaleFactor)))
      : rule.idleCount;
  return limit > 0 ? Math.max(0, Math.min(wanted, limit - inUse)) : wanted;
}

/** A policy's values. Counts are jobs. */
export interface PolicyRule {
  readonly idleCount: number;
  readonly scaleFactor: number;
  /** 0: no limit. */
  readonly scaleFactorLimit: number;
}

/**
 * How many instances the autoscaler keeps beyond those that jobs need: room for `idleCount` jobs, or with a scale factor for
 * as many as it asks for, if that is more. Source: GitLab Runner docs, "The [[runners.autoscaler.policy]] sections".
 */
export function idleInstances(rule: PolicyRule, inUse: number, capacity: number, maxInstances: number): number {
  const scaled = rule.scaleFactor > 0 ? Math.ceil(inUse * rule.scaleFactor) : 0;
  const capped = rule.scaleFactorLimit > 0 ? Math.min(scaled, rule.scaleFactorLimit) : scaled;
  const idle = Math.max(rule.idleCount, capped);
  const busy = Math.ceil(inUse / capacity);
  const all = Math.ceil((inUse + idle) / capacity);
  return Math.max(0, (maxInstances > 0 ? Math.min(all, maxInstances) : all) - busy);
}
