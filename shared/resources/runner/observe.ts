import type { CommandReader } from "../../aws/commands-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { failureWhile } from "../../engine/failure.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { absent, type Observation, type Operation, type OperationState, unknown } from "../../engine/observation.ts";
import { requestSurroundings, runnerDesired, sectionOf } from "./desired.ts";
import { type FleetReaders, templateOf } from "./fleet-surroundings.ts";
import { readRunnerRequest } from "./host-requests.ts";
import { readReading } from "./reading.ts";
import { ReadConfig, type RunnerState } from "./state.ts";

export interface RunnerReaders extends FleetReaders {
  readonly commands: Pick<CommandReader, "ask" | "outcome">;
}

export interface RunnerLook {
  readonly fleet: Fleet;
  readonly readers: RunnerReaders;
  readonly inventory: readonly string[];
  readonly operations: ReadonlyMap<string, Operation>;
  readonly only: readonly string[] | undefined;
  readonly outputs: OutputsByTarget;
  readonly now: number;
}

type Seen = Observation<RunnerState>;

/** Stands for "it drains" where no command is under way. */
export const quiescing = "quiesce";
const patience = 30_000;

/** One question to the host, whatever is asked for. */
export async function observeRunners(look: RunnerLook): Promise<ReadonlyMap<string, Seen>> {
  const names = look.only ?? [...new Set([...runnerDesired(look.fleet).keys(), ...look.inventory])];
  if (names.length === 0) return new Map();
  const host = look.outputs.get("host/instance");
  const id = host?.["id"];
  if (id === undefined || host?.["state"] !== "running") {
    return all(names, (name) => missing(look, name, "the fleet has no running host that could be asked"));
  }
  try {
    const [template, commands] = await Promise.all([templateOf(look.fleet, look.readers), commandsOf(look, id, names)]);
    return await asked(look, names, id, template, commands);
  } catch (error) {
    const why = failureWhile("asking the host of its runners", error).message;
    return all(names, () => unknown(why));
  }
}

async function asked(
  look: RunnerLook,
  names: readonly string[],
  id: string,
  template: string,
  commands: ReadonlyMap<string, OperationState>,
): Promise<ReadonlyMap<string, Seen>> {
  const quiesced = [...look.operations].flatMap(([name, { token }]) =>
    token === quiescing ? [sectionOf(name) ?? name] : [],
  );
  const exclusive = look.fleet.spec.runners?.manager.exclusive === true;
  const request = readRunnerRequest(requestSurroundings(look.fleet, look.now), { template, exclusive }, quiesced);
  const answer = await look.readers.commands.ask(id, request);
  switch (answer.state) {
    case "pending":
      return all(names, () => unknown(`the host ${id} doesn't answer: ${answer.what}`));
    case "unknown":
      return all(names, () => unknown(answer.why));
    case "failed": {
      const { code, message } = answer.failure;
      // A host that was never prepared, or lost what was installed: what writes there installs it.
      if (code === "PythonUnavailable") return all(names, (name) => bare(look, name, id, template, message));
      const early = code === "VolumeNotMounted" || code === "KeyMissing";
      return all(names, (name) => (early ? missing(look, name, message) : unknown(message)));
    }
    case "done": {
      const reading = readReading(answer.result);
      if ("unreadable" in reading) return all(names, () => unknown(reading.unreadable));
      const read = new ReadConfig(reading, template, exclusive);
      return all(names, (name) => withOperation(look, name, read, seen(look, name, id, template, read), commands));
    }
  }
}

function all(names: readonly string[], see: (name: string) => Seen): ReadonlyMap<string, Seen> {
  return new Map(names.map((name) => [name, see(name)]));
}

function missing(look: RunnerLook, name: string, why: string): Seen {
  return look.inventory.includes(name) ? unknown(why) : absent;
}

function bare(look: RunnerLook, name: string, instanceId: string, template: string, why: string): Seen {
  if (name !== "manager" || !look.inventory.includes(name)) return missing(look, name, why);
  const change = {
    path: "python3.11",
    to: "installed",
    effect: "reload",
    why: "config.toml is written by it",
  } as const;
  return {
    state: "present",
    value: { type: "manager", instanceId, template, changes: [change], metrics: null },
  };
}

function seen(look: RunnerLook, name: string, instanceId: string, template: string, read: ReadConfig): Seen {
  const { reading } = read;
  if (name === "api-token") {
    const { apiToken } = reading.gitlab;
    return apiToken === "missing" || apiToken === "given"
      ? absent
      : { state: "present", value: { type: "api-token", token: apiToken } };
  }
  const section = sectionOf(name);
  if (section === undefined) {
    if (reading.config === null) return absent;
    const { changes, unknown: paths } = read.comparedOf(undefined);
    if (paths.length > 0) return unknown(unknowable(paths, reading.why));
    return { state: "present", value: { type: "manager", instanceId, template, changes, metrics: reading.metrics } };
  }
  const desired = runnerDesired(look.fleet).has(name);
  const state = read.stateOf(section);
  const registering = reading.registering.includes(section);
  // A section that left the file and config.toml may have left its runner behind in GitLab.
  const leftBehind = !desired && reading.ids[section] !== undefined;
  if (state === "missing" && !registering && !leftBehind) {
    const silent = reading.gitlab.why;
    return desired && silent !== null && look.inventory.includes(name) ? unknown(silent) : absent;
  }
  const { changes, unknown: paths } =
    desired && state === "whole" ? read.comparedOf(section) : { changes: [], unknown: [] };
  if (paths.length > 0) return unknown(unknowable(paths, reading.why));
  const runner = read.runnerOf(section);
  const rotating = reading.rotating.includes(section);
  return {
    state: "present",
    value: { type: "section", instanceId, template, state, changes, runner, registering, rotating },
  };
}

function unknowable(paths: readonly string[], why: string | null): string {
  return `whether ${paths[0]} is as declared can't be told: ${why ?? "the host has nothing to compare it with"}`;
}

/** Of what earlier runs sent and did not see the end of. */
async function commandsOf(
  look: RunnerLook,
  instanceId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, OperationState>> {
  const states = new Map<string, OperationState>();
  await Promise.all(
    [...look.operations].map(async ([name, operation]) => {
      if (!names.includes(name) || operation.token === quiescing) return;
      const outcome = await look.readers.commands.outcome(instanceId, operation.token);
      if (outcome.state === "failed") states.set(name, outcome);
      else if (outcome.state === "pending") {
        states.set(name, { state: "underWay", operation: { ...operation, notBefore: look.now + 10_000 } });
      }
    }),
  );
  return states;
}

function withOperation(
  look: RunnerLook,
  name: string,
  { reading }: ReadConfig,
  observation: Seen,
  commands: ReadonlyMap<string, OperationState>,
): Seen {
  if (observation.state === "unknown") return observation;
  const command = commands.get(name);
  if (command !== undefined) return { ...observation, operation: command };
  const operation = look.operations.get(name);
  const left = reading.pending[sectionOf(name) ?? name];
  if (operation?.token !== quiescing || left === undefined || left.jobs + left.machines === 0) return observation;
  const message = quiescingMessage(sectionOf(name) ?? name, left);
  return {
    ...observation,
    operation: { state: "underWay", operation: { ...operation, notBefore: look.now + patience, message } },
  };
}

export function quiescingMessage(section: string, { jobs, machines }: { jobs: number; machines: number }): string {
  return `section ${section} drains: ${jobs} jobs and ${machines} machines are left`;
}
