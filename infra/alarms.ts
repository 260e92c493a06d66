import type { FunctionName } from "../functions/build.ts";
import type { MetricName } from "../functions/common/metrics.ts";
import type { Settings } from "./settings.ts";

/** An alarm on a metric of ours over all fleets, or on one of AWS's. docs/runbook.md has a section for each. */
export interface AlarmDefinition {
  /** Part of its name, and the runbook's anchor. */
  readonly name: string;
  readonly means: string;
  readonly metric:
    | { readonly of: "fleetkeeper"; readonly name: MetricName; readonly statistic: "Sum" | "Maximum" }
    | {
        readonly of: "lambda";
        readonly name: "Errors" | "Throttles";
        readonly function: FunctionName;
      }
    | { readonly of: "queue" };
  readonly threshold: number;
  /** `below`: alarm where the figure is less, or missing. */
  readonly when: "above" | "below";
  readonly periods: number;
  /** Of each period. What runs write comes once a tick: in a shorter period it would be missing in turns. */
  readonly minutes: number;
}

const shortest = 5;

/** Every alarm of an installation. Pure. */
export function alarmDefinitions(settings: Settings): readonly AlarmDefinition[] {
  const { noSuccessMinutes, unknownMinutes, notReadyMinutes, orphanMinutes, tickMinutes } = settings;
  const minutes = Math.max(shortest, tickMinutes);
  const longest = (name: MetricName, limit: number) => ({
    metric: { of: "fleetkeeper", name, statistic: "Maximum" } as const,
    threshold: limit * 60,
    when: "above" as const,
    periods: 1,
    minutes,
  });
  return [
    ...(["dispatch", "plan", "reconcile", "collect"] as const).map(
      (name): AlarmDefinition => ({
        name: `${name}-errors`,
        means: `The function ${name} crashed. A run that isn't Ready is no crash.`,
        metric: { of: "lambda", name: "Errors", function: name },
        threshold: 0,
        when: "above",
        periods: 1,
        minutes: shortest,
      }),
    ),
    {
      name: "no-success",
      means: "No run of any fleet was completed for a while: nothing is being reconciled.",
      metric: { of: "fleetkeeper", name: "Completed", statistic: "Sum" },
      threshold: 1,
      when: "below",
      periods: Math.max(2, Math.ceil(noSuccessMinutes / minutes)),
      minutes,
    },
    {
      name: "runs-failing",
      means: "Runs of some fleet fail as a whole: it isn't reconciled, while others may be.",
      metric: { of: "fleetkeeper", name: "RunsFailed", statistic: "Sum" },
      threshold: 0,
      when: "above",
      periods: 3,
      minutes,
    },
    {
      name: "dead-letters",
      means: "Something failed at every attempt and lies in the dead-letter queue.",
      metric: { of: "queue" },
      threshold: 0,
      when: "above",
      periods: 1,
      minutes: shortest,
    },
    {
      name: "unknown-too-long",
      means: "For a while it could not be told whether some fleet is as declared.",
      ...longest("UnknownFor", unknownMinutes),
    },
    {
      name: "not-ready",
      means: "Some fleet has not been as declared for a while.",
      ...longest("NotReadyFor", notReadyMinutes),
    },
    {
      name: "orphans-growing",
      means: "Machines that their manager lost have been there for longer than collecting them takes.",
      ...longest("OrphansFor", orphanMinutes),
    },
    {
      name: "evidence-unknown",
      means: "The evidence about some machine has not been complete for a while, so nothing is collected.",
      ...longest("CollectionUnknownFor", unknownMinutes),
    },
    {
      name: "machines-unknown",
      means:
        "For over an hour it could not be told of some machine whether it is lost, whatever was told of the others.",
      metric: { of: "fleetkeeper", name: "MachinesUnknownLong", statistic: "Maximum" },
      threshold: 0,
      when: "above",
      periods: 1,
      minutes,
    },
    {
      name: "backup-overdue",
      means: "The newest good backup of some fleet is older than its file allows.",
      metric: { of: "fleetkeeper", name: "BackupOverdueFor", statistic: "Maximum" },
      threshold: 0,
      when: "above",
      periods: 1,
      minutes,
    },
    {
      name: "certificate-ending",
      means: "The certificate of some GitLab ends soon and has not been renewed.",
      metric: { of: "fleetkeeper", name: "CertificateEndingFor", statistic: "Maximum" },
      threshold: 0,
      when: "above",
      periods: 1,
      minutes,
    },
    {
      name: "fuse",
      means: "More machines look orphaned than may be deleted without a person.",
      metric: { of: "fleetkeeper", name: "FuseBlown", statistic: "Maximum" },
      threshold: 0,
      when: "above",
      periods: 1,
      minutes,
    },
    {
      name: "deletions-failing",
      means: "Orphans that may be deleted could not be, again and again.",
      metric: { of: "fleetkeeper", name: "DeletionsFailed", statistic: "Sum" },
      threshold: 0,
      when: "above",
      periods: 6,
      minutes,
    },
    {
      name: "throttled",
      means: "Reconciles wait because the reserved concurrency is used up.",
      metric: { of: "lambda", name: "Throttles", function: "reconcile" },
      threshold: 0,
      when: "above",
      periods: 6,
      minutes,
    },
  ];
}
