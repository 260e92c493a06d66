import { addressOf, disassociate } from "./addresses.ts";
import { schedule, takeDue } from "./agenda.ts";
import { forgetToken } from "./client-tokens.ts";
import type { Ec2Context } from "./context.ts";
import type { Ec2Event } from "./event.ts";
import { putInstance } from "./instance-lookup.ts";
import type { InstanceRecord, InstanceStateName } from "./instance-state.ts";
import { beginTransition } from "./instance-transition.ts";
import { interfacesOf } from "./network-interface-lookup.ts";
import { evaluateSpot, forgetSpot, launchSpot, spotInstanceEnded } from "./spot-life.ts";
import { volumesByInstance } from "./volume-index.ts";
import { removeVolume } from "./volumes.ts";

/** Lets everything happen whose time has come, in order. Every operation begins with it. */
export function settle(context: Ec2Context): void {
  const now = context.clock.now();
  // Looked up once for all instances that end, and again after a launch has added to it.
  let volumes: VolumeIndex | undefined;
  for (;;) {
    const event = takeDue(context.state, now);
    if (event === undefined) return;
    if (event.kind === "launch-spot") volumes = undefined;
    else if (event.kind === "instance" && event.to === "terminated") volumes ??= volumesByInstance(context);
    happen(event, volumes ?? NO_VOLUMES, context);
  }
}

type VolumeIndex = ReturnType<typeof volumesByInstance>;
const NO_VOLUMES: VolumeIndex = new Map();

function happen(event: Ec2Event, volumes: VolumeIndex, context: Ec2Context): void {
  switch (event.kind) {
    case "instance":
      arrive(event.instanceId, event.to, event.at, volumes, context);
      break;
    case "forget-instance":
      forget(event.instanceId, context);
      break;
    case "interrupt":
      interrupt(event.instanceId, event.at, context);
      break;
    case "evaluate-spot":
      evaluateSpot(event.requestId, event.at, context);
      break;
    case "launch-spot":
      launchSpot(event.requestId, event.at, context);
      break;
    case "forget-spot":
      forgetSpot(event.requestId, context);
      break;
  }
}

/** Ends the transition that is under way, unless another one took its place. */
function arrive(
  instanceId: string,
  to: InstanceStateName,
  at: number,
  volumes: VolumeIndex,
  context: Ec2Context,
): void {
  const instance = context.state.instances[instanceId];
  if (instance?.transition === undefined || instance.transition.to !== to || instance.transition.at !== at) return;
  const { transition: _ended, ...rest } = instance;
  const lastRun = to === "running" ? { lastRun: { from: at } } : {};
  const arrived: InstanceRecord = { ...rest, ...lastRun, state: to, stateSince: at };
  if (to === "terminated") end(arrived, at, volumes, context);
  else putInstance(context, arrived);
}

function end(instance: InstanceRecord, at: number, volumes: VolumeIndex, context: Ec2Context): void {
  const { state } = context;
  for (const { volume, attachment } of volumes.get(instance.instanceId) ?? []) {
    if (attachment.deleteOnTermination) removeVolume(volume.volumeId, context);
    else {
      const { attachment: _gone, ...left } = volume;
      state.volumes[volume.volumeId] = left;
    }
  }
  for (const record of interfacesOf(instance, context)) {
    const elastic = addressOf(record.networkInterfaceId, context);
    if (record.attachment?.deleteOnTermination === false) {
      const { attachment: _gone, publicIp: _lent, ...left } = record;
      state.networkInterfaces[record.networkInterfaceId] = left;
    } else {
      if (elastic !== undefined) disassociate(elastic, context);
      delete state.networkInterfaces[record.networkInterfaceId];
      delete state.tags[record.networkInterfaceId];
    }
  }
  const { profile: _profile, interruption: _notice, ...left } = instance;
  putInstance(context, { ...left, networkInterfaceIds: [] });
  schedule(state, {
    at: at + state.timing.terminatedVisible,
    kind: "forget-instance",
    instanceId: instance.instanceId,
  });
  if (instance.spotRequestId !== undefined) spotInstanceEnded(instance, at, context);
}

function forget(instanceId: string, context: Ec2Context): void {
  const instance = context.state.instances[instanceId];
  if (instance === undefined) return;
  delete context.state.instances[instanceId];
  delete context.state.tags[instanceId];
  if (instance.clientToken !== "") forgetToken("RunInstances", instance.clientToken, context);
}

/** The two minutes of a spot instance are over. */
function interrupt(instanceId: string, at: number, context: Ec2Context): void {
  const instance = context.state.instances[instanceId];
  if (instance?.interruption?.at !== at || (instance.state !== "running" && instance.state !== "pending")) return;
  beginTransition(instance, "terminated", at, context, {
    reason: {
      Code: "Server.SpotInstanceTermination",
      Message: "Server.SpotInstanceTermination: Spot instance termination",
    },
    text: "Server.SpotInstanceTermination",
  });
}
