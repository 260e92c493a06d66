import type { CommandReader } from "../../aws/commands-port.ts";
import { failureWhile } from "../../engine/failure.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import {
  absent,
  type Observation,
  type Operation,
  type OperationState,
  present,
  unknown,
} from "../../engine/observation.ts";
import type { HostFacts } from "../common/host-facts.ts";
import { drainToken } from "./apply.ts";
import type { StackDesired } from "./desired.ts";
import { startupGrace } from "./render-compose.ts";
import { type StackState, serviceState, stateOf } from "./state.ts";

type Seen = Observation<StackState>;

export interface StackLook {
  readonly reader: CommandReader;
  readonly desired: ReadonlyMap<string, StackDesired>;
  readonly inventory: readonly string[];
  readonly operations: ReadonlyMap<string, Operation>;
  readonly only: readonly string[] | undefined;
  readonly outputs: OutputsByTarget;
  readonly now: number;
}

/** More than the longest job that a file may allow. */
const drainPatience = 3 * 24 * 3_600_000;

/** From an instance's start until Systems Manager knows its agent, at most. */
const registration = 15 * 60_000;

/** One question to the host, whatever is asked for, and one a command that is under way. */
export async function observeStack(look: StackLook): Promise<ReadonlyMap<string, Seen>> {
  const names = look.only ?? [...new Set([...look.desired.keys(), ...look.inventory])];
  if (names.length === 0) return new Map();
  const host = look.outputs.get("host/instance");
  const id = host?.["id"];
  // Nothing can be there without a host; what was there is on a volume that nobody can look into now.
  if (id === undefined) return all(names, (name) => missing(look, name, "the fleet has no host that could be asked"));
  if (host?.["state"] !== "running")
    return all(names, (name) => missing(look, name, `host ${id} is ${host?.["state"]}`));
  try {
    const [answer, commands] = await Promise.all([look.reader.facts(id), commandsOf(look, id, names)]);
    switch (answer.state) {
      case "known":
        return all(withStrays(look, names, answer.facts), (name) => seen(look, name, answer.facts, commands.get(name)));
      case "unknown":
        return all(names, () => unknown(answer.why));
      case "unregistered":
        return unregistered(look, names, id, Number(host["launchedAt"]));
    }
  } catch (error) {
    const why = failureWhile("asking the host", error).message;
    return all(names, () => unknown(why));
  }
}

/** Containers of the project that the file doesn't ask for (any more). Without a host in the file nothing is touched. */
function withStrays(look: StackLook, names: readonly string[], facts: HostFacts): readonly string[] {
  if (look.only !== undefined || look.desired.size === 0) return names;
  const strays = (facts.services ?? []).map(({ name }) => `service/${name}`).filter((name) => !look.desired.has(name));
  return [...new Set([...names, ...strays])];
}

function all(names: readonly string[], see: (name: string) => Seen): ReadonlyMap<string, Seen> {
  return new Map(names.map((name) => [name, see(name)]));
}

function missing(look: StackLook, name: string, why: string): Seen {
  return look.inventory.includes(name) ? unknown(why) : absent;
}

/** Every instance begins so: that is waiting, not failing, for a while. */
function unregistered(
  look: StackLook,
  names: readonly string[],
  id: string,
  launchedAt: number,
): ReadonlyMap<string, Seen> {
  if (look.now - launchedAt > registration) {
    const why = `Systems Manager knows no agent of ${id}: check the host's profile, its way out and the agent itself`;
    return all(names, () => unknown(why));
  }
  const message = `waiting for the agent of ${id} to register with Systems Manager`;
  return all(names, (name) => ({
    state: "absent",
    operation: { state: "underWay", operation: waiting(look, name, "registration", message, 10_000) },
  }));
}

function waiting(look: StackLook, name: string, token: string, message: string, wait: number): Operation {
  const before = look.operations.get(name);
  return { token, startedAt: before?.startedAt ?? look.now, notBefore: look.now + wait, message };
}

/** Of what earlier runs sent and did not see the end of. */
async function commandsOf(
  look: StackLook,
  instanceId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, OperationState>> {
  const sent = [...look.operations].filter(
    ([name, { token }]) => names.includes(name) && token.split(" ").length === 3,
  );
  const found = await Promise.all(
    sent.map(async ([name, operation]): Promise<[string, OperationState] | undefined> => {
      const outcome = await look.reader.outcome(instanceId, operation.token);
      switch (outcome.state) {
        case "pending":
          return [name, { state: "underWay", operation: { ...operation, notBefore: look.now + 10_000 } }];
        case "failed":
          return [name, outcome];
        case "done":
        case "unknown":
          return undefined;
      }
    }),
  );
  return new Map(found.filter((one) => one !== undefined));
}

function seen(look: StackLook, name: string, facts: HostFacts, command: OperationState | undefined): Seen {
  const desired = look.desired.get(name);
  const service = /^service\/(.+)$/.exec(name)?.[1];
  if (desired === undefined && (service === undefined || look.desired.size === 0)) return absent;
  const state = desired === undefined ? serviceState(service ?? "", facts) : stateOf(desired, facts);
  if (state === null) return unknown("the host could not tell");
  const operation = command ?? draining(look, name, state) ?? starting(look, name, state);
  if (state === "absent") return operation === undefined ? absent : { state: "absent", operation };
  return operation === undefined ? present(state) : { state: "present", value: state, operation };
}

/** The manager got its signal: it ends by itself with its last job. After that long somebody has to look, so it is sent again. */
function draining(look: StackLook, name: string, state: StackState | "absent"): OperationState | undefined {
  const operation = look.operations.get(name);
  if (operation?.token !== drainToken || state === "absent" || state.type !== "service") return undefined;
  if (state.state !== "running" || look.now - operation.startedAt > drainPatience) return undefined;
  return { state: "underWay", operation: { ...operation, notBefore: look.now + 30_000 } };
}

/** GitLab takes minutes from its container's start until it answers: that is seen in itself, whoever started it. */
function starting(look: StackLook, name: string, state: StackState | "absent"): OperationState | undefined {
  if (state === "absent" || state.type !== "service" || state.readiness === undefined) return undefined;
  if (state.state !== "running" || state.readiness === 200) return undefined;
  if (state.age === null || state.age > startupGrace) return undefined;
  const message = `GitLab is starting (readiness ${state.readiness})`;
  return { state: "underWay", operation: waiting(look, name, "starting", message, 30_000) };
}
