import type {
  CommandFilter,
  GetCommandInvocationCommandInput,
  GetCommandInvocationCommandOutput,
  ListCommandInvocationsCommandInput,
  ListCommandInvocationsCommandOutput,
  ListCommandsCommandInput,
  ListCommandsCommandOutput,
} from "@aws-sdk/client-ssm";
import { commandAnswer, invocationAnswer, listedInvocation } from "./command-answer.ts";
import type { CommandRuns } from "./command-run.ts";
import { type CommandRecord, type InvocationRecord, statusOf } from "./command-state.ts";
import type { Answer, SsmContext } from "./context.ts";
import { readDocument } from "./document-content.ts";
import { required, ssmError, validation } from "./errors.ts";
import { page } from "./pages.ts";

/** One step's result. Right after SendCommand there is none yet. */
export async function getCommandInvocation(
  input: GetCommandInvocationCommandInput,
  runs: CommandRuns,
  context: SsmContext,
): Promise<Answer<GetCommandInvocationCommandOutput>> {
  const { state, clock } = context;
  const commandId = required(input.CommandId, "commandId");
  const instanceId = required(input.InstanceId, "instanceId");
  const command = state.commands[commandId];
  if (command === undefined || command.requestedAt + state.timing.invocationLag > clock.now()) {
    throw ssmError("InvocationDoesNotExist", "");
  }
  await runs.settle(commandId, instanceId, context);
  const invocation = state.invocations[commandId]?.[instanceId];
  if (invocation === undefined) throw ssmError("InvocationDoesNotExist", "");
  const { steps } = readDocument(command.content, command.format);
  const names = steps.map((step) => step.name);
  const name = input.PluginName ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !names.includes(name)) throw ssmError("InvalidPluginName", "");
  const record = invocation.steps.find((step) => step.name === name);
  return invocationAnswer(command, invocation, { name, record }, context);
}

export async function listCommandInvocations(
  input: ListCommandInvocationsCommandInput,
  runs: CommandRuns,
  context: SsmContext,
): Promise<Answer<ListCommandInvocationsCommandOutput>> {
  const { state, clock } = context;
  if (input.CommandId !== undefined && state.commands[input.CommandId] === undefined) {
    throw ssmError("InvalidCommandId", "");
  }
  const listed = Object.values(state.commands)
    .filter((command) => input.CommandId === undefined || command.commandId === input.CommandId)
    .filter((command) => command.requestedAt + state.timing.invocationLag <= clock.now())
    .flatMap((command) =>
      Object.keys(state.invocations[command.commandId] ?? {})
        .filter((instanceId) => input.InstanceId === undefined || input.InstanceId === instanceId)
        .map((instanceId) => ({ command, instanceId })),
    );
  await Promise.all(listed.map(({ command, instanceId }) => runs.settle(command.commandId, instanceId, context)));
  const entries = listed.flatMap(({ command, instanceId }) => {
    const invocation = state.invocations[command.commandId]?.[instanceId];
    return invocation === undefined ? [] : [{ command, invocation }];
  });
  const matching = entries.filter(({ command, invocation }) => {
    const { status } = statusOf(invocation, clock.now());
    return (input.Filters ?? []).every((filter) => matches(filter, command, status));
  });
  const key = ({ command, invocation }: { command: CommandRecord; invocation: InvocationRecord }) =>
    `${newestFirst(command)} ${invocation.instanceId}`;
  const { items, ...rest } = page(matching, key, input, 50, context.pageSize);
  const CommandInvocations = items.map(({ command, invocation }) =>
    listedInvocation(command, invocation, input.Details === true, context),
  );
  return { CommandInvocations, ...rest };
}

export async function listCommands(
  input: ListCommandsCommandInput,
  runs: CommandRuns,
  context: SsmContext,
): Promise<Answer<ListCommandsCommandOutput>> {
  const { state } = context;
  if (input.CommandId !== undefined && state.commands[input.CommandId] === undefined) {
    throw ssmError("InvalidCommandId", "");
  }
  const commands = Object.values(state.commands).filter(
    (command) =>
      (input.CommandId === undefined || command.commandId === input.CommandId) &&
      (input.InstanceId === undefined || state.invocations[command.commandId]?.[input.InstanceId] !== undefined),
  );
  const settling = commands.flatMap(({ commandId }) =>
    Object.keys(state.invocations[commandId] ?? {}).map((instanceId) => runs.settle(commandId, instanceId, context)),
  );
  await Promise.all(settling);
  const answers = commands
    .map((command) => ({ command, answer: commandAnswer(command, context) }))
    .filter(({ command, answer }) =>
      (input.Filters ?? []).every((filter) => matches(filter, command, answer.Status ?? "Pending")),
    );
  const { items, ...rest } = page(answers, ({ command }) => newestFirst(command), input, 50, context.pageSize);
  return { Commands: items.map(({ answer }) => answer), ...rest };
}

function matches({ key, value = "" }: CommandFilter, command: CommandRecord, status: string): boolean {
  switch (key) {
    case "DocumentName":
      return command.documentName === value;
    case "InvokedAfter":
      return command.requestedAt > Date.parse(value);
    case "InvokedBefore":
      return command.requestedAt < Date.parse(value);
    case "Status":
      return status === value;
    case "ExecutionStage":
      return (value === "Executing") === ["Pending", "InProgress", "Delayed", "Cancelling"].includes(status);
    default:
      throw validation(`The filter key ${key} isn't valid.`);
  }
}

function newestFirst(command: CommandRecord): string {
  return `${String(1e15 - command.requestedAt).padStart(16, "0")} ${command.commandId}`;
}
