import type { FunctionProcess } from "./function-process.ts";

/** Every metric of ours, with its unit as CloudWatch names it. */
export const metrics = {
  Completed: {
    unit: "Count",
    means: "Runs that looked at a fleet to the end, whatever they found. Its absence is an alarm.",
  },
  RunsFailed: {
    unit: "Count",
    means: "Runs that could not do their work as a whole: an object of the state is damaged, say.",
  },
  Ready: { unit: "Count", means: "1 if everything was as declared, else 0." },
  NotReadyFor: { unit: "Seconds", means: "How long a fleet has not been Ready." },
  UnknownFor: { unit: "Seconds", means: "How long it has been unknown whether a fleet is Ready." },
  Duration: { unit: "Milliseconds", means: "Of a run." },
  Busy: { unit: "Count", means: "Runs that found the lease held." },
  ActionsApplied: { unit: "Count", means: "Actions done or begun." },
  ActionsFailed: { unit: "Count", means: "Actions that failed." },
  ActionsHeld: { unit: "Count", means: "Actions that wait: for a window, an approval, a dependency." },
  ResourcesUnknown: { unit: "Count", means: "Resources that could not be observed." },
  CollectionUnknownFor: { unit: "Seconds", means: "How long the evidence about some machine has not been complete." },
  OrphansFor: { unit: "Seconds", means: "How long orphans or suspects have been there." },
  BackupOverdueFor: {
    unit: "Seconds",
    means: "How long the newest good backup of a fleet has been older than its file allows.",
  },
  CertificateEndingFor: { unit: "Seconds", means: "How long a certificate has been about to end." },
  MachinesKnown: { unit: "Count", means: "Machines that a manager has, or is making." },
  MachinesBusy: { unit: "Count", means: "Machines that only a running job speaks for." },
  MachinesYoung: { unit: "Count", means: "Machines younger than the grace period." },
  MachinesProtected: { unit: "Count", means: "Machines that a person, a group or termination protection keeps." },
  MachinesUnknown: { unit: "Count", means: "Machines about which nobody can tell." },
  MachinesUnknownLong: { unit: "Count", means: "Of these, for over an hour." },
  MachinesStranded: { unit: "Count", means: "Machines that their running manager has disowned." },
  MachinesSuspect: { unit: "Count", means: "Machines that nothing speaks for." },
  Leftovers: {
    unit: "Count",
    means: "Things of machines that are left behind: requests, keys, volumes, directories, rows.",
  },
  OldestOrphan: { unit: "Seconds", means: "How long the oldest mark has stood." },
  FuseBlown: { unit: "Count", means: "1 if more suspects were found than may be deleted without a person." },
  Swept: { unit: "Count", means: "Sweeps that were completed, whatever they found." },
  Deleted: { unit: "Count", means: "Orphans, and what they left behind, that were deleted." },
  DeletionsFailed: { unit: "Count", means: "Of these, that could not be deleted." },
  Calls: { unit: "Count", means: "Attempts of calls to AWS." },
  Throttled: { unit: "Count", means: "Of these, refused for their rate." },
  Dispatched: { unit: "Count", means: "Reconciles put into Lambda's queue." },
} as const satisfies Readonly<Record<string, { readonly unit: string; readonly means: string }>>;

export type MetricName = keyof typeof metrics;
export type MetricValues = Partial<Readonly<Record<MetricName, number>>>;

export const metricNamespace = "Fleetkeeper";

/**
 * One line in the embedded metric format, from which CloudWatch makes metrics, over all fleets and for the one named
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
export function emitMetrics(
  process: Pick<FunctionProcess, "write" | "now">,
  values: MetricValues,
  fleet: string | undefined,
): void {
  const names = Object.keys(values) as MetricName[];
  const line = {
    _aws: {
      Timestamp: process.now(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: fleet === undefined ? [[]] : [[], ["fleet"]],
          Metrics: names.map((Name) => ({ Name, Unit: metrics[Name].unit })),
        },
      ],
    },
    event: "Metrics",
    ...(fleet === undefined ? {} : { fleet }),
    ...values,
  };
  process.write(`${JSON.stringify(line)}\n`);
}
