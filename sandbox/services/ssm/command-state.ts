import type { ParameterValues } from "./document-parameters.ts";

export interface CommandRecord {
  readonly commandId: string;
  readonly documentName: string;
  /** As asked for: `$DEFAULT`, or a number. */
  readonly askedVersion: string;
  /** As it was when the command was sent. */
  readonly content: string;
  readonly format: "JSON" | "YAML";
  readonly comment: string;
  readonly parameters: ParameterValues;
  /** As given, without the defaults. */
  readonly givenParameters: ParameterValues;
  readonly requestedAt: number;
  /** Delivery timeout and the document's execution timeout together. */
  readonly expiresAt: number;
  readonly timeoutSeconds: number;
  readonly instanceIds: readonly string[];
  readonly targets: readonly { readonly Key: string; readonly Values: readonly string[] }[];
  readonly maxConcurrency: string;
  readonly maxErrors: string;
}

export interface InvocationRecord {
  readonly commandId: string;
  readonly instanceId: string;
  readonly requestedAt: number;
  /** When the agent took it. */
  readonly startedAt?: number;
  readonly end?: InvocationEnd;
  readonly steps: readonly StepRecord[];
  /** The attempt to deliver it met nobody. */
  readonly delayed?: boolean;
  readonly cancelledAt?: number;
}

/** How an invocation ends, as `StatusDetails` names it. */
export type EndName = "Success" | "Failed" | "Cancelled" | "DeliveryTimedOut" | "ExecutionTimedOut" | "Undeliverable";

export interface InvocationEnd {
  readonly name: EndName;
  /** It counts from then on: a step takes time. */
  readonly at: number;
}

export interface StepRecord {
  readonly name: string;
  readonly action: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly result: "Success" | "Failed" | "TimedOut" | "Cancelled" | "Skipped";
  /** -1 where the script didn't end by itself. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type InvocationStatus =
  | "Pending"
  | "Delayed"
  | "InProgress"
  | "Cancelling"
  | "Success"
  | "Failed"
  | "Cancelled"
  | "TimedOut";

/** Status and details as they are at an instant. Source: "Understanding command statuses" in the Systems Manager User Guide. */
export function statusOf(
  invocation: InvocationRecord,
  now: number,
): { readonly status: InvocationStatus; readonly details: string; readonly ended: boolean } {
  const { end } = invocation;
  if (end !== undefined && end.at <= now) {
    return { status: END_STATUS[end.name], details: end.name, ended: true };
  }
  const status = invocation.cancelledAt !== undefined ? "Cancelling" : undefined;
  if (status !== undefined) return { status, details: status, ended: false };
  if (invocation.startedAt !== undefined && invocation.startedAt <= now) {
    return { status: "InProgress", details: "InProgress", ended: false };
  }
  const waiting = invocation.delayed === true ? "Delayed" : "Pending";
  return { status: waiting, details: waiting, ended: false };
}

const END_STATUS: Readonly<Record<EndName, InvocationStatus>> = {
  Success: "Success",
  Failed: "Failed",
  Cancelled: "Cancelled",
  DeliveryTimedOut: "TimedOut",
  ExecutionTimedOut: "TimedOut",
  Undeliverable: "Failed",
};
