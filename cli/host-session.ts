import type { CommandWriter } from "../shared/aws/commands-port.ts";
import { Failure } from "../shared/engine/failure.ts";
import type { JsonObject } from "../shared/engine/json.ts";
import type { Reconciler } from "../shared/reconciler/reconciler.ts";
import type { HostCommand } from "../shared/resources/common/host-command.ts";
import { hostTokens } from "../shared/resources/host/desired.ts";
import type { Io } from "./io.ts";
import { reconcilerOf } from "./open-reconciler.ts";
import type { CommonOptions } from "./options.ts";
import { fleetOf } from "./state.ts";
import { underLease } from "./under-lease.ts";

export interface HostOptions extends CommonOptions {
  readonly fleet?: string;
}

export interface HostSession {
  readonly fleet: string;
  readonly instanceId: string;
  readonly reconciler: Reconciler;
}

/** Finds the fleet's host. Makes no change. @throws Failure `NoHost` */
export async function findHost(io: Io, options: HostOptions): Promise<HostSession> {
  const reconciler = await reconcilerOf(io, options, undefined, { emit: () => undefined });
  const fleet = await fleetOf(reconciler.store, options.fleet);
  const instances = await reconciler.engine.readers.host.instancesOfTokens(hostTokens(fleet));
  const running = instances.find(({ state }) => state === "running");
  if (running !== undefined) return { fleet, instanceId: running.id, reconciler };
  const [other] = instances.filter(({ state }) => state !== "terminated");
  throw new Failure({
    code: "NoHost",
    class: "retry",
    message: other === undefined ? `${fleet} has no host` : `the host of ${fleet}, ${other.id}, is ${other.state}`,
    hint: "fleetkeeper status tells what is being done about it.",
  });
}

/** Milliseconds for which a person's command waits for a script. */
const patience = 10 * 60_000;

/**
 * Does something to the host under the fleet's lease, as a run would: no run works on the host meanwhile, and the host refuses
 * what comes late.
 */
export async function onHost<Result>(
  { fleet, instanceId, reconciler }: HostSession,
  work: (send: (command: HostCommand) => Promise<JsonObject>) => Promise<Result>,
): Promise<Result> {
  return underLease(reconciler, fleet, (lease) => {
    const { commands } = reconciler.engine.writers(lease);
    return work((command) => done(commands, instanceId, command));
  });
}

/** For what no run ever works on: nothing is excluded, and the host's fence is at its beginning. */
export const noLease = {
  epoch: 0,
  incarnation: "none",
  expiresAt: Number.POSITIVE_INFINITY,
  assertHeld: () => undefined,
  release: async () => ({ state: "released" as const }),
};

/** Asks a document that only reads: it needs no lease, and answers while a run is at work. */
export function askHost({ instanceId, reconciler }: HostSession, command: HostCommand): Promise<JsonObject> {
  if (command.fenced !== false) throw new Error(`${command.document} writes, so it needs the lease`);
  const { commands } = reconciler.engine.writers(noLease);
  return done(commands, instanceId, command);
}

async function done(commands: CommandWriter, instanceId: string, command: HostCommand): Promise<JsonObject> {
  const run = await commands.run(instanceId, command, patience);
  if (run.state === "done") return run.result;
  throw new Failure({
    code: "StillRunning",
    class: "retry",
    message: `${command.document} is still running on ${instanceId}`,
    hint: "Look again later: it goes on by itself.",
  });
}
