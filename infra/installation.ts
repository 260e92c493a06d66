import type { FunctionName } from "../functions/build.ts";
import { partitionOf } from "../shared/resources/common/arn.ts";
import type { Settings } from "./settings.ts";

/** Names and ARNs of everything that is deployed, known before it is: policies can name what other stacks make. */
export interface Installation {
  readonly settings: Settings;
  readonly partition: string;
  readonly bucket: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
  /** Names of roles. */
  readonly roles: Readonly<Record<RoleName, string>>;
  readonly boundary: string;
  readonly scheduleGroup: string;
  readonly deadLetters: string;
  readonly topic: string;
  arn(service: string, resource: string): string;
  /** IAM knows no region. */
  iam(resource: string): string;
  s3(resource: string): string;
}

export type RoleName =
  | "dispatch"
  | "plan"
  | "planWorker"
  | "reconcile"
  | "reconcileWorker"
  | "collect"
  | "collectWorker"
  | "askWorker"
  | "schedule"
  | "teardown";

export function installationOf(settings: Settings): Installation {
  const { name, account, region } = settings;
  const partition = partitionOf(region);
  return {
    settings,
    partition,
    bucket: `${name}-state-${account}-${region}`,
    functions: {
      dispatch: `${name}-dispatch`,
      plan: `${name}-plan`,
      reconcile: `${name}-reconcile`,
      collect: `${name}-collect`,
    },
    roles: {
      dispatch: `${name}-dispatch`,
      plan: `${name}-plan`,
      planWorker: `${name}-plan-worker`,
      reconcile: `${name}-reconcile`,
      reconcileWorker: `${name}-reconcile-worker`,
      collect: `${name}-collect`,
      collectWorker: `${name}-collect-worker`,
      askWorker: `${name}-ask-worker`,
      schedule: `${name}-schedule`,
      teardown: `${name}-teardown`,
    },
    boundary: `${name}-boundary`,
    scheduleGroup: name,
    deadLetters: `${name}-dead-letters`,
    topic: `${name}-alarms`,
    arn: (service, resource) => `arn:${partition}:${service}:${region}:${account}:${resource}`,
    iam: (resource) => `arn:${partition}:iam::${account}:${resource}`,
    s3: (resource) => `arn:${partition}:s3:::${resource}`,
  };
}
