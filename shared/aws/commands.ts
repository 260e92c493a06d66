import {
  GetCommandInvocationCommand,
  type GetCommandInvocationResult,
  SendCommandCommand,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import type { Clock } from "../engine/clock.ts";
import { digest } from "../engine/digest.ts";
import { Failure, type FailureClass } from "../engine/failure.ts";
import { commandParameters, documentName, type Fence, type HostCommand } from "../resources/common/host-command.ts";
import { readFacts } from "../resources/common/host-facts.ts";
import { type HostOutcome, parseHostOutput } from "../resources/common/host-output.ts";
import { required } from "./answer.ts";
import { errorCode, toFailure } from "./classify.ts";
import type { CommandReader, CommandState, CommandWriter, FactsAnswer } from "./commands-port.ts";

export interface CommandSurroundings {
  readonly clock: Clock;
  /** Unique; nonces are made of it. */
  readonly newId: () => string;
}

/** Seconds in which an agent must have taken a command: one that comes later than that is better sent anew. */
const deliveryTimeout = 60;
/** Milliseconds between two looks at a command; the last one repeats. */
const pauses: readonly number[] = [2_500, 1_000, 1_500, 2_000, 3_000, 5_000];
/** Milliseconds for which a look at a host waits for its answer. */
const factsWait = 30_000;

/** @param ssm a client that may send commands; only the facts document is sent here @param command what to ask: the facts document with the paths that matter */
export function commandReader(
  ssm: SSMClient,
  { clock, newId }: CommandSurroundings,
  command: HostCommand,
): CommandReader {
  const asking = new Map<string, Promise<FactsAnswer>>();
  const ask = async (instanceId: string): Promise<FactsAnswer> => {
    const token = await send(ssm, instanceId, command, undefined, newId);
    if (token === undefined) return { state: "unregistered" };
    const answer = await waitFor(ssm, clock, instanceId, token, factsWait);
    switch (answer.state) {
      case "pending":
        return { state: "unknown", why: `the host ${instanceId} doesn't answer: ${answer.what}` };
      case "failed":
        return { state: "unknown", why: `the host ${instanceId} could not tell: ${answer.failure.message}` };
      case "unknown":
        return { state: "unknown", why: `the host ${instanceId}: ${answer.why}` };
      case "done": {
        const facts = readFacts(answer.result);
        return "why" in facts ? { state: "unknown", why: facts.why } : { state: "known", facts };
      }
    }
  };
  return {
    facts(instanceId) {
      const running = asking.get(instanceId);
      if (running !== undefined) return running;
      const answer = ask(instanceId).finally(() => asking.delete(instanceId));
      asking.set(instanceId, answer);
      return answer;
    },
    async ask(instanceId, question) {
      if (question.fenced !== false) throw new RangeError(`${question.document} writes: readers don't send it`);
      const token = await send(ssm, instanceId, question, undefined, newId);
      if (token === undefined) return { state: "unknown", why: `Systems Manager knows no agent of ${instanceId}` };
      return waitFor(ssm, clock, instanceId, token, factsWait);
    },
    outcome: (instanceId, token) => outcomeOf(ssm, instanceId, parseToken(token)),
  };
}

export function commandWriter(
  ssm: SSMClient,
  { clock, newId }: CommandSurroundings,
  fence: () => Fence | undefined,
): CommandWriter {
  return {
    async run(instanceId, command, wait) {
      const token = await send(ssm, instanceId, command, fence(), newId);
      if (token === undefined) {
        throw new Failure({
          code: "NotRegistered",
          class: "retry",
          message: `Systems Manager knows no agent of ${instanceId}`,
        });
      }
      const state = await waitFor(ssm, clock, instanceId, token, wait);
      switch (state.state) {
        case "pending":
          return { state: "pending", token: [token.document, token.commandId, token.nonce].join(" ") };
        case "done":
          return state;
        case "failed":
          throw state.failure;
        case "unknown":
          throw new Failure({ code: "NoAnswer", class: "unknown", message: `${command.document}: ${state.why}` });
      }
    },
  };
}

interface Token {
  readonly document: string;
  readonly commandId: string;
  readonly nonce: string;
}

function parseToken(token: string): Token | undefined {
  const [document, commandId, nonce] = token.split(" ");
  return document === undefined || commandId === undefined || nonce === undefined
    ? undefined
    : { document, commandId, nonce };
}

/** Undefined where no agent of the instance is registered. */
async function send(
  ssm: SSMClient,
  instanceId: string,
  command: HostCommand,
  fence: Fence | undefined,
  newId: () => string,
): Promise<Token | undefined> {
  const nonce = digest(newId()).slice(0, 32);
  const DocumentName = documentName(command.document);
  try {
    const { Command } = await ssm.send(
      new SendCommandCommand({
        DocumentName,
        InstanceIds: [instanceId],
        TimeoutSeconds: deliveryTimeout,
        Comment: `fleetkeeper ${command.document}`,
        Parameters: commandParameters(command, nonce, fence),
      }),
    );
    return { document: command.document, commandId: required(Command?.CommandId, "the command's id"), nonce };
  } catch (error) {
    const code = errorCode(error);
    if (code === "InvalidInstanceId") return undefined;
    const failure = toFailure(error, `sending ${DocumentName} to ${instanceId}`);
    if (code !== "InvalidDocument") throw failure;
    throw new Failure({
      code: "DocumentMissing",
      class: "terminal",
      message: failure.message,
      hint: "Deploy Fleetkeeper's SSM documents to this account and region.",
      cause: failure,
    });
  }
}

async function waitFor(
  ssm: SSMClient,
  clock: Clock,
  instanceId: string,
  token: Token,
  wait: number,
): Promise<CommandState> {
  const until = clock.now() + wait;
  let state: CommandState = { state: "pending", what: "it was sent just now" };
  for (let look = 0; state.state === "pending"; look += 1) {
    const pause = pauses[Math.min(look, pauses.length - 1)] ?? 0;
    if (clock.now() + pause > until) return state;
    await clock.sleep(pause);
    state = await outcomeOf(ssm, instanceId, token);
  }
  return state;
}

async function outcomeOf(ssm: SSMClient, instanceId: string, token: Token | undefined): Promise<CommandState> {
  if (token === undefined) return { state: "unknown", why: "the command's token can't be read" };
  try {
    const answer = await ssm.send(
      new GetCommandInvocationCommand({ CommandId: token.commandId, InstanceId: instanceId }),
    );
    return stateOf(answer, instanceId, token);
  } catch (error) {
    // Systems Manager lists an invocation some moments after the command, and forgets it after 30 days.
    if (errorCode(error) === "InvocationDoesNotExist")
      return { state: "pending", what: "its invocation isn't listed yet" };
    throw toFailure(error, `asking for the command ${token.commandId}`);
  }
}

/**
 * Every status that an invocation can have, by its details, which say more than the status itself.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
function stateOf(answer: GetCommandInvocationResult, instanceId: string, token: Token): CommandState {
  const status = (answer.StatusDetails ?? answer.Status ?? "").replaceAll(" ", "");
  switch (status) {
    case "Pending":
    case "Delayed":
      return { state: "pending", what: `the agent hasn't taken it (${status})` };
    case "InProgress":
    case "Cancelling":
      return { state: "pending", what: "its script is running" };
    case "Success":
    case "Failed":
      return endOf(answer, instanceId, token);
    case "DeliveryTimedOut":
      return failed("NotDelivered", "retry", `${token.document} was not taken by the agent of ${instanceId} in time`);
    case "Undeliverable":
    case "Terminated":
      return failed("NotDelivered", "retry", `${token.document} could not be delivered to ${instanceId} (${status})`);
    case "ExecutionTimedOut":
    case "TimedOut":
      return failed("ScriptTimedOut", "retry", `${token.document} took too long on ${instanceId} and was ended`);
    case "Cancelled":
      return failed("Cancelled", "retry", `${token.document} was cancelled by somebody`);
    case "AccessDenied":
      return failed("AccessDenied", "terminal", `${instanceId} may not run ${token.document}`);
    case "InvalidPlatform":
    case "Incomplete":
    case "LimitExceeded":
    case "RateExceeded":
      return failed("NotDelivered", "retry", `${token.document} was not run on ${instanceId} (${status})`);
    default:
      return { state: "unknown", why: `Systems Manager says ${status}, which isn't known here` };
  }
}

function endOf(answer: GetCommandInvocationResult, instanceId: string, token: Token): CommandState {
  const { document, nonce } = token;
  const parsed = parseHostOutput(answer.StandardOutputContent ?? "", { document, nonce, instanceId });
  if (parsed.ok) return commandStateOf(parsed.outcome, token, instanceId);
  if (answer.ResponseCode === 0) return { state: "unknown", why: parsed.why };
  const message = `${document} ended on ${instanceId} with status ${answer.ResponseCode} and no answer that counts: ${parsed.why}`;
  return failed("ScriptFailed", "retry", message);
}

/** What no repeating mends: a person must look at the disk, or the file must change. */
const terminalCodes: ReadonlySet<string> = new Set([
  "BadComposeFile",
  "BadMode",
  "BadOwner",
  "BadPath",
  "BadRequest",
  "ChecksumDiffers",
  "ForeignFileSystem",
  "MountedElsewhere",
  "NotAFile",
  "NotBlank",
  "OtherVolumeMounted",
  "SecretsInPublicFile",
]);

function commandStateOf(outcome: HostOutcome, { document }: Token, instanceId: string): CommandState {
  switch (outcome.state) {
    case "done":
      return { state: "done", result: outcome.result };
    case "failed":
      return failed(
        outcome.code,
        terminalCodes.has(outcome.code) ? "terminal" : "retry",
        `${document} on ${instanceId}: ${outcome.message}`,
      );
    case "refused":
      return failed("LeaseLost", "retry", `a later run (epoch ${outcome.epoch}) has written to ${instanceId}`);
  }
}

function failed(code: string, cls: FailureClass, message: string): CommandState {
  return { state: "failed", failure: new Failure({ code, class: cls, message }) };
}
