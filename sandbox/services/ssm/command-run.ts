import type { CommandRecord, EndName, InvocationRecord, StepRecord } from "./command-state.ts";
import type { SsmContext } from "./context.ts";
import { readDocument } from "./document-content.ts";
import { environmentOf, pasted, scriptOf } from "./document-parameters.ts";
import type { CommandDocument, StepSpec } from "./document-state.ts";
import { type HostOutcome, type HostRunner, type HostStep, NOT_EXECUTED } from "./host-runner.ts";
import { type ManagedNode, nodeById, takesWork } from "./registrations.ts";

/** From this agent on, parameters come by environment. */
const ENVIRONMENT_SINCE = [3, 3, 2746, 0];
const EXECUTION_LIMIT = 172_800;

interface Running {
  readonly done: Promise<void>;
  readonly cancel: AbortController;
}

/** The commands that are on hosts right now. They don't outlive the process; what was running then times out. */
export class CommandRuns {
  readonly #runner: HostRunner;
  readonly #waits: boolean;
  readonly #running = new Map<string, Running>();

  /** @param waits whether looking at a command waits for its script */
  constructor(runner: HostRunner, waits: boolean) {
    this.#runner = runner;
    this.#waits = waits;
  }

  /** A command runs whether anybody looks or not. */
  deliverLater(commandId: string, instanceId: string, context: SsmContext): void {
    const { clock, state } = context;
    void clock.sleep(state.timing.delivery).then(() => this.settle(commandId, instanceId, context));
  }

  /**
   * Brings an invocation up to date: delivers it when its time has come and an agent takes it, ends it where nobody does.
   * On a clock that jumps, it waits for a script that is running: scripts take real time, and the clock must stand still.
   */
  async settle(commandId: string, instanceId: string, context: SsmContext): Promise<void> {
    const command = context.state.commands[commandId];
    const invocation = context.state.invocations[commandId]?.[instanceId];
    if (command === undefined || invocation === undefined || invocation.end !== undefined) return;
    const key = `${commandId} ${instanceId}`;
    if (!this.#running.has(key)) this.#begin(key, command, invocation, context);
    if (this.#waits) await this.#running.get(key)?.done;
  }

  cancel(commandId: string, instanceId: string): void {
    this.#running.get(`${commandId} ${instanceId}`)?.cancel.abort();
  }

  #begin(key: string, command: CommandRecord, invocation: InvocationRecord, context: SsmContext): void {
    const { state, clock } = context;
    const now = clock.now();
    const { instanceId } = invocation;
    if (invocation.startedAt !== undefined) {
      // Was running when the process ended, or its agent went away.
      if (now >= command.expiresAt) put(context, ended(invocation, "ExecutionTimedOut", command.expiresAt));
      return;
    }
    if (invocation.cancelledAt !== undefined) {
      put(context, ended(invocation, "Cancelled", invocation.cancelledAt));
      return;
    }
    if (now < command.requestedAt + state.timing.delivery) return;
    const node = nodeById(instanceId, context);
    if (node === undefined) {
      put(context, ended(invocation, "Undeliverable", now));
      return;
    }
    if (now >= command.expiresAt) {
      put(context, ended(invocation, "DeliveryTimedOut", command.expiresAt));
      return;
    }
    if (!takesWork(node)) {
      put(context, { ...invocation, delayed: true });
      return;
    }
    const started: InvocationRecord = { ...invocation, startedAt: now };
    put(context, started);
    const cancel = new AbortController();
    const done = this.#execute(command, started, node, cancel.signal, context).finally(() => this.#running.delete(key));
    this.#running.set(key, { done, cancel });
  }

  async #execute(
    command: CommandRecord,
    invocation: InvocationRecord,
    node: ManagedNode,
    signal: AbortSignal,
    context: SsmContext,
  ): Promise<void> {
    const document = readDocument(command.content, command.format);
    const steps: StepRecord[] = [];
    let at = invocation.startedAt ?? 0;
    let stopped = false;
    for (const spec of document.steps) {
      if (stopped && !spec.runsLast) continue;
      const step = await this.#step(spec, document, command, node, at, signal, context);
      if (step === "lost") {
        put(context, { ...latest(invocation, context), steps });
        return;
      }
      steps.push(step);
      at = step.endedAt;
      if (step.result === "Cancelled" || step.result === "TimedOut") break;
      stopped ||= step.result === "Failed" ? spec.stopsOnFailure : spec.stopsOnSuccess && step.result === "Success";
    }
    put(context, { ...ended(latest(invocation, context), endOf(steps), at), steps });
  }

  async #step(
    spec: StepSpec,
    document: CommandDocument,
    { commandId, parameters }: CommandRecord,
    { instance, registration }: ManagedNode,
    startedAt: number,
    signal: AbortSignal,
    context: SsmContext,
  ): Promise<StepRecord | "lost"> {
    const base = { name: spec.name, action: spec.action, startedAt };
    if (spec.platforms.length > 0 && !spec.platforms.includes("Linux")) {
      const stdout = "Step execution skipped due to unsupported platform: Linux. ";
      return { ...base, endedAt: startedAt, result: "Skipped", exitCode: 0, stdout, stderr: "" };
    }
    const pastesAll = !isAtLeast(registration.agentVersion, ENVIRONMENT_SINCE);
    const workingDirectory = pasted(spec.workingDirectory ?? "", document, parameters, pastesAll);
    const seconds = Number(pasted(spec.timeoutSeconds, document, parameters, pastesAll));
    const outcome = await this.#run(
      {
        commandId,
        instanceId: instance.instanceId,
        name: spec.name,
        script: scriptOf(spec, document, parameters, pastesAll),
        environment: {
          AWS_SSM_INSTANCE_ID: instance.instanceId,
          AWS_SSM_REGION_NAME: context.region,
          ...(pastesAll ? {} : environmentOf(document, parameters)),
        },
        timeoutSeconds: Math.min(EXECUTION_LIMIT, Number.isFinite(seconds) && seconds > 0 ? seconds : 3600),
        ...(workingDirectory === "" ? {} : { workingDirectory }),
      },
      signal,
    );
    if (outcome.kind === "lost") return "lost";
    const endedAt = Math.max(context.clock.now(), startedAt + context.state.timing.step);
    return { ...base, endedAt, ...resultOf(outcome), stdout: outcome.stdout, stderr: outcome.stderr };
  }

  /** A fault of the runner's own shows where its output would. */
  async #run(step: HostStep, signal: AbortSignal): Promise<HostOutcome> {
    try {
      return await this.#runner.run(step, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return {
        kind: "exited",
        exitCode: NOT_EXECUTED,
        stdout: "",
        stderr: `sandbox: host runner failed: ${message}\n`,
      };
    }
  }
}

function resultOf(outcome: Exclude<HostOutcome, { kind: "lost" }>): Pick<StepRecord, "result" | "exitCode"> {
  switch (outcome.kind) {
    case "exited":
      return { result: outcome.exitCode === 0 ? "Success" : "Failed", exitCode: outcome.exitCode };
    case "timed-out":
      return { result: "TimedOut", exitCode: -1 };
    case "cancelled":
      return { result: "Cancelled", exitCode: -1 };
  }
}

function endOf(steps: readonly StepRecord[]): EndName {
  const results = new Set(steps.map((step) => step.result));
  if (results.has("Cancelled")) return "Cancelled";
  if (results.has("TimedOut")) return "ExecutionTimedOut";
  return results.has("Failed") ? "Failed" : "Success";
}

function ended(invocation: InvocationRecord, name: EndName, at: number): InvocationRecord {
  return { ...invocation, end: { name, at } };
}

/** A cancellation may have come in meanwhile. */
function latest(invocation: InvocationRecord, { state }: SsmContext): InvocationRecord {
  return state.invocations[invocation.commandId]?.[invocation.instanceId] ?? invocation;
}

export function put({ state }: SsmContext, invocation: InvocationRecord): void {
  const byInstance = state.invocations[invocation.commandId] ?? {};
  byInstance[invocation.instanceId] = invocation;
  state.invocations[invocation.commandId] = byInstance;
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
