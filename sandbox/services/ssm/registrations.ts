import type { Ec2Context } from "../ec2/context.ts";
import { profileOf } from "../ec2/instance-answer.ts";
import type { InstanceRecord } from "../ec2/instance-state.ts";
import { ec2StateKey } from "../ec2/service.ts";
import { settle } from "../ec2/settle.ts";
import { propagatedProfile } from "../iam/propagation.ts";
import { allowsAction } from "../iam/role-permissions.ts";
import { iamStateKey } from "../iam/service.ts";
import type { SsmContext } from "./context.ts";
import type { RegistrationRecord } from "./state.ts";

/** An agent that takes parameters by environment; older ones paste them into the script. */
const AGENT_VERSION = "3.3.3050.0";

export interface ManagedNode {
  readonly registration: RegistrationRecord;
  readonly instance: InstanceRecord;
  readonly status: "Online" | "ConnectionLost";
  readonly lastPing: number;
}

/** EC2 as it is now, for looking up instances. */
export function ec2Of(context: SsmContext): Ec2Context {
  const ec2: Ec2Context = { ...context, state: context.stateOf(ec2StateKey()) };
  settle(ec2);
  return ec2;
}

/**
 * Brings the managed nodes up to date: an instance that runs long enough with a role that lets its agent report is
 * registered; one that stops or loses its role falls silent; one that is terminated is forgotten.
 */
export function managedNodes(context: SsmContext): readonly ManagedNode[] {
  const { state, clock } = context;
  const now = clock.now();
  const { state: ec2 } = ec2Of(context);
  for (const id of Object.keys(state.registrations)) {
    const instance = ec2.instances[id];
    if (instance === undefined || instance.state === "terminated") delete state.registrations[id];
  }
  return Object.values(ec2.instances).flatMap((instance) => {
    if (instance.state === "terminated") return [];
    const known = state.registrations[instance.instanceId];
    const mayTalk = hasChannels(instance, context);
    const talks = mayTalk && instance.state === "running" && known?.agentStopped !== true;
    const registration = known ?? (mayTalk ? firstContact(instance, context) : undefined);
    if (registration === undefined) return [];
    const current = followed(registration, talks, instance, now);
    state.registrations[instance.instanceId] = current;
    const silent = current.silentSince;
    const lost = silent !== undefined && silent + state.timing.connectionLost <= now;
    return [
      {
        registration: current,
        instance,
        status: lost ? ("ConnectionLost" as const) : ("Online" as const),
        lastPing: lastPing(current, silent ?? now, state.timing.heartbeat),
      },
    ];
  });
}

export function nodeById(instanceId: string, context: SsmContext): ManagedNode | undefined {
  return managedNodes(context).find((node) => node.instance.instanceId === instanceId);
}

/** Whether the agent takes work right now; PingStatus notices later. */
export function takesWork(node: ManagedNode): boolean {
  return node.registration.silentSince === undefined;
}

/** For tests: the agent of a running instance dies, or comes back. */
export function setAgent(instanceId: string, runs: boolean, context: SsmContext): void {
  const registration = nodeById(instanceId, context)?.registration;
  if (registration === undefined) throw new Error(`${instanceId} is no managed node`);
  context.state.registrations[instanceId] = { ...registration, agentStopped: !runs };
}

function hasChannels(instance: InstanceRecord, context: SsmContext): boolean {
  const association = profileOf(instance, context.clock.now());
  if (association === undefined) return false;
  const iam = context.stateOf(iamStateKey());
  const role = propagatedProfile({ arn: association.arn }, iam, context)?.role;
  return role !== undefined && allowsAction(role, "ssm:UpdateInstanceInformation", { ...context, state: iam });
}

/** Nobody may have looked while the instance ran: what counts is that it ran long enough. */
function firstContact(instance: InstanceRecord, { state, clock }: SsmContext): RegistrationRecord | undefined {
  const { lastRun, profile, instanceId } = instance;
  if (lastRun === undefined) return undefined;
  const registeredAt = Math.max(lastRun.from, profile?.since ?? 0) + state.timing.registration;
  if (registeredAt > Math.min(clock.now(), lastRun.until ?? clock.now())) return undefined;
  return { instanceId, registeredAt, agentVersion: AGENT_VERSION };
}

function followed(
  registration: RegistrationRecord,
  talks: boolean,
  instance: InstanceRecord,
  now: number,
): RegistrationRecord {
  const { silentSince, ...rest } = registration;
  if (talks) return rest;
  if (silentSince !== undefined) return registration;
  return { ...rest, silentSince: instance.state === "running" ? now : Math.min(now, instance.stateSince) };
}

function lastPing({ registeredAt }: RegistrationRecord, until: number, heartbeat: number): number {
  return registeredAt + Math.max(0, Math.floor((until - registeredAt) / heartbeat)) * heartbeat;
}
