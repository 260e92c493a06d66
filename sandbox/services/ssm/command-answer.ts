import type { Command, CommandInvocation, CommandPlugin, GetCommandInvocationResult } from "@aws-sdk/client-ssm";
import { type CommandRecord, type InvocationRecord, type StepRecord, statusOf } from "./command-state.ts";
import type { SsmContext } from "./context.ts";

/** Characters. Source: GetCommandInvocation and CommandPlugin in the Systems Manager API reference. */
const STDOUT_LIMIT = 24_000;
const STDERR_LIMIT = 8000;
const PLUGIN_LIMIT = 2500;
const TRUNCATED = "\n---Output truncated---";

/** A command's status is what its invocations' come to. */
export function commandAnswer(command: CommandRecord, context: SsmContext): Command {
  const now = context.clock.now();
  const statuses = Object.values(context.state.invocations[command.commandId] ?? {}).map((one) => statusOf(one, now));
  const count = (...names: string[]) => statuses.filter(({ details }) => names.includes(details)).length;
  const { status, details } = overall(statuses);
  return {
    CommandId: command.commandId,
    DocumentName: command.documentName,
    DocumentVersion: command.askedVersion,
    Comment: command.comment,
    ExpiresAfter: new Date(command.expiresAt),
    Parameters: mutable(command.givenParameters),
    InstanceIds: [...command.instanceIds],
    Targets: command.targets.map(({ Key, Values }) => ({ Key, Values: [...Values] })),
    RequestedDateTime: new Date(command.requestedAt),
    Status: status,
    StatusDetails: details,
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TargetCount: statuses.length,
    CompletedCount: statuses.filter(({ ended }) => ended).length,
    ErrorCount: count("Failed", "ExecutionTimedOut"),
    DeliveryTimedOutCount: count("DeliveryTimedOut"),
    TimeoutSeconds: command.timeoutSeconds,
    ServiceRole: "",
    OutputS3BucketName: "",
    OutputS3KeyPrefix: "",
  };
}

function overall(statuses: readonly ReturnType<typeof statusOf>[]): {
  readonly status: NonNullable<Command["Status"]>;
  readonly details: string;
} {
  const running = statuses.filter(({ ended }) => !ended);
  if (running.length > 0) {
    if (running.some(({ status }) => status === "Cancelling")) return { status: "Cancelling", details: "Cancelling" };
    const started = statuses.some(({ ended, status }) => ended || status === "InProgress");
    return started ? { status: "InProgress", details: "InProgress" } : { status: "Pending", details: "Pending" };
  }
  for (const name of ["Failed", "ExecutionTimedOut", "Cancelled", "DeliveryTimedOut", "Undeliverable"] as const) {
    const found = statuses.find(({ details }) => details === name);
    if (found !== undefined && found.status !== "Pending" && found.status !== "Delayed") {
      return { status: found.status, details: name === "Undeliverable" ? "Incomplete" : name };
    }
  }
  return { status: "Success", details: statuses.length === 0 ? "NoInstancesInTag" : "Success" };
}

/** Output stays empty until the step has ended. */
export function invocationAnswer(
  command: CommandRecord,
  invocation: InvocationRecord,
  step: { readonly name: string; readonly record: StepRecord | undefined },
  context: SsmContext,
): Omit<GetCommandInvocationResult, "$metadata"> {
  const now = context.clock.now();
  const { status, details, ended } = statusOf(invocation, now);
  const record = ended ? step.record : undefined;
  const { startedAt } = record ?? invocation;
  return {
    CommandId: command.commandId,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.askedVersion,
    PluginName: step.name,
    ResponseCode: record?.exitCode ?? -1,
    ExecutionStartDateTime: startedAt === undefined || startedAt > now ? "" : new Date(startedAt).toISOString(),
    ExecutionElapsedTime: record === undefined ? "" : `PT${((record.endedAt - record.startedAt) / 1000).toFixed(3)}S`,
    ExecutionEndDateTime: record === undefined ? "" : new Date(record.endedAt).toISOString(),
    Status: status,
    StatusDetails: details,
    StandardOutputContent: cut(record?.stdout ?? "", STDOUT_LIMIT),
    StandardOutputUrl: "",
    StandardErrorContent: cut(record?.stderr ?? "", STDERR_LIMIT),
    StandardErrorUrl: "",
    CloudWatchOutputConfig: { CloudWatchLogGroupName: "", CloudWatchOutputEnabled: false },
  };
}

export function listedInvocation(
  command: CommandRecord,
  invocation: InvocationRecord,
  withDetails: boolean,
  context: SsmContext,
): CommandInvocation {
  const { status, details, ended } = statusOf(invocation, context.clock.now());
  return {
    CommandId: command.commandId,
    InstanceId: invocation.instanceId,
    InstanceName: "",
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.askedVersion,
    RequestedDateTime: new Date(invocation.requestedAt),
    Status: status,
    StatusDetails: details,
    StandardOutputUrl: "",
    StandardErrorUrl: "",
    CommandPlugins: withDetails && ended ? invocation.steps.map(pluginOf) : [],
    ServiceRole: "",
  };
}

function pluginOf(step: StepRecord): CommandPlugin {
  const status = step.result === "Skipped" ? "Success" : step.result;
  return {
    Name: step.name,
    Status: status,
    StatusDetails: step.result === "TimedOut" ? "ExecutionTimedOut" : status,
    ResponseCode: step.exitCode,
    ResponseStartDateTime: new Date(step.startedAt),
    ResponseFinishDateTime: new Date(step.endedAt),
    Output: cut(
      step.stderr === "" ? step.stdout : `${step.stdout}\n----------ERROR-------\n${step.stderr}`,
      PLUGIN_LIMIT,
    ),
    StandardOutputUrl: "",
    StandardErrorUrl: "",
    OutputS3BucketName: "",
    OutputS3KeyPrefix: "",
  };
}

/** What is too long loses its end, and says so within the limit. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - TRUNCATED.length)}${TRUNCATED}`;
}

function mutable(values: CommandRecord["givenParameters"]): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, [...list]]));
}
