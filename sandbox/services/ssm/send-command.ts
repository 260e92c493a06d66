import type { CancelCommandCommandInput, SendCommandCommandInput, SendCommandCommandOutput } from "@aws-sdk/client-ssm";
import { notImplemented } from "../../service-error.ts";
import { tagsOf } from "../ec2/tags.ts";
import { commandAnswer } from "./command-answer.ts";
import { type CommandRuns, put } from "./command-run.ts";
import { type CommandRecord, statusOf } from "./command-state.ts";
import type { Answer, SsmContext } from "./context.ts";
import { readDocument } from "./document-content.ts";
import { documentNamed, versionOf } from "./document-lookup.ts";
import { boundParameters, type ParameterValues, pasted } from "./document-parameters.ts";
import type { CommandDocument } from "./document-state.ts";
import { constraint, required, ssmError, validation } from "./errors.ts";
import { ec2Of, managedNodes } from "./registrations.ts";

/** Seconds. */
const DEFAULT_DELIVERY_TIMEOUT = 3600;

export function sendCommand(
  input: SendCommandCommandInput,
  runs: CommandRuns,
  context: SsmContext,
): Answer<SendCommandCommandOutput> {
  const { state, clock, random } = context;
  if (input.OutputS3BucketName !== undefined) throw notImplemented("ssm", "SendCommand with output to S3");
  const document = documentNamed(required(input.DocumentName, "documentName"), context);
  const version = versionOf(document, input.DocumentVersion);
  if (input.DocumentHash !== undefined && input.DocumentHash !== version.hash) {
    throw ssmError("InvalidDocument", "The hash of the document isn't the one that was given.");
  }
  if (version.activeAt > clock.now()) throw ssmError("InvalidDocument", `Document ${document.name} isn't active yet.`);
  const timeoutSeconds = input.TimeoutSeconds ?? DEFAULT_DELIVERY_TIMEOUT;
  if (timeoutSeconds < 30) throw constraint(timeoutSeconds, "timeoutSeconds", "have value greater than or equal to 30");
  if (timeoutSeconds > 2_592_000) {
    throw constraint(timeoutSeconds, "timeoutSeconds", "have value less than or equal to 2592000");
  }
  if ((input.Comment ?? "").length > 100)
    throw constraint(input.Comment, "comment", "have length less than or equal to 100");
  const content = readDocument(version.content, version.format);
  const givenParameters: ParameterValues = input.Parameters ?? {};
  const parameters = boundParameters(content, givenParameters);
  const instanceIds = targetsOf(input, context);
  const now = clock.now();
  const command: CommandRecord = {
    commandId: random.uuid(),
    documentName: document.name,
    askedVersion: input.DocumentVersion ?? "$DEFAULT",
    content: version.content,
    format: version.format,
    comment: input.Comment ?? "",
    parameters,
    givenParameters,
    requestedAt: now,
    expiresAt: now + (timeoutSeconds + executionSeconds(content, parameters)) * 1000,
    timeoutSeconds,
    instanceIds: input.InstanceIds ?? [],
    targets: (input.Targets ?? []).map(({ Key = "", Values = [] }) => ({ Key, Values })),
    maxConcurrency: input.MaxConcurrency ?? "50",
    maxErrors: input.MaxErrors ?? "0",
  };
  forgetOld(context);
  state.commands[command.commandId] = command;
  state.invocations[command.commandId] = {};
  for (const instanceId of instanceIds) {
    put(context, { commandId: command.commandId, instanceId, requestedAt: now, steps: [] });
    runs.deliverLater(command.commandId, instanceId, context);
  }
  return { Command: commandAnswer(command, context) };
}

/** Best effort: what has ended stays as it is. */
export async function cancelCommand(
  input: CancelCommandCommandInput,
  runs: CommandRuns,
  context: SsmContext,
): Promise<object> {
  const { state, clock } = context;
  const commandId = required(input.CommandId, "commandId");
  const invocations = state.invocations[commandId];
  if (invocations === undefined) throw ssmError("InvalidCommandId", "");
  const now = clock.now();
  for (const invocation of Object.values(invocations)) {
    if (input.InstanceIds !== undefined && !input.InstanceIds.includes(invocation.instanceId)) continue;
    if (statusOf(invocation, now).ended) continue;
    // A script that has ended but whose time isn't up yet ends as it did.
    if (invocation.end === undefined) put(context, { ...invocation, cancelledAt: now });
    runs.cancel(commandId, invocation.instanceId);
  }
  return {};
}

/** Named instances must all be managed nodes; targets take those that fit. */
function targetsOf(input: SendCommandCommandInput, context: SsmContext): readonly string[] {
  const ids = input.InstanceIds ?? [];
  const targets = input.Targets ?? [];
  if (ids.length > 50) throw constraint(ids.length, "instanceIds", "have length less than or equal to 50");
  if (ids.length > 0 && targets.length > 0) throw validation("Specify either InstanceIds or Targets, not both.");
  if (ids.length === 0 && targets.length === 0) throw ssmError("InvalidInstanceId", "No instance is named.");
  const nodes = managedNodes(context);
  if (ids.length > 0) {
    const unknown = ids.filter((id) => !nodes.some((node) => node.instance.instanceId === id));
    if (unknown.length > 0) {
      throw ssmError(
        "InvalidInstanceId",
        `Instances [[${unknown.join(", ")}]] not in a valid state for account ${context.account}`,
      );
    }
    return [...new Set(ids)];
  }
  const { state } = ec2Of(context);
  return nodes
    .map((node) => node.instance.instanceId)
    .filter((id) =>
      targets.every(({ Key = "", Values = [] }) => {
        if (Key === "InstanceIds" || Key === "instanceids") return Values.includes(id);
        const tags = tagsOf(state, id);
        if (Key === "tag-key") return tags.some((tag) => Values.includes(tag.Key));
        if (!Key.startsWith("tag:")) throw ssmError("InvalidTarget", `The target ${Key} isn't valid.`);
        return tags.some((tag) => tag.Key === Key.slice("tag:".length) && Values.includes(tag.Value));
      }),
    );
}

function executionSeconds(document: CommandDocument, parameters: ParameterValues): number {
  return document.steps.reduce((sum, step) => {
    const seconds = Number(pasted(step.timeoutSeconds, document, parameters, true));
    return sum + (Number.isFinite(seconds) ? seconds : 3600);
  }, 0);
}

function forgetOld({ state, clock }: SsmContext): void {
  const until = clock.now() - state.timing.history;
  for (const { commandId, requestedAt } of Object.values(state.commands)) {
    if (requestedAt > until) continue;
    delete state.commands[commandId];
    delete state.invocations[commandId];
  }
}
