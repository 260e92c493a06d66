import type {
  InstanceStateChange,
  RebootInstancesCommandInput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from "@aws-sdk/client-ec2";
import { addressOf } from "./addresses.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { instancesById, putInstance } from "./instance-lookup.ts";
import { type InstanceRecord, STATE_CODES } from "./instance-state.ts";
import { beginTransition, userInitiated } from "./instance-transition.ts";
import { interfacesOf, newPublicIp } from "./network-interface-lookup.ts";

/**
 * Terminates all, or none of a zone in which one is protected; the call then fails although other zones' instances go.
 * Source: TerminateInstances in the EC2 API reference.
 */
export function TerminateInstances(
  input: TerminateInstancesCommandInput,
  context: Ec2Context,
): Answer<TerminateInstancesCommandOutput> {
  const now = context.clock.now();
  const instances = instancesById(required(input.InstanceIds, "InstanceId"), context);
  const isProtected = (instance: InstanceRecord) => instance.disableApiTermination && instance.state !== "terminated";
  const kept = instances.find(isProtected);
  const keptZones = new Set(instances.filter(isProtected).map((instance) => instance.zone));
  const TerminatingInstances = instances
    .filter((instance) => !keptZones.has(instance.zone))
    .map((instance) => {
      const onItsWay = instance.state === "terminated" || instance.state === "shutting-down";
      return change(
        instance,
        onItsWay ? instance : beginTransition(instance, "terminated", now, context, userInitiated(now)),
      );
    });
  if (kept !== undefined) {
    throw ec2Error(
      "OperationNotPermitted",
      `The instance '${kept.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
  return { TerminatingInstances };
}

/** A stopped instance gives back the address that it was lent, and keeps its volumes and an Elastic IP. */
export function StopInstances(
  input: StopInstancesCommandInput,
  context: Ec2Context,
): Answer<StopInstancesCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const instances = instancesById(required(input.InstanceIds, "InstanceId"), context);
  for (const instance of instances) {
    const { instanceId } = instance;
    if (instance.disableApiStop) {
      throw ec2Error(
        "OperationNotPermitted",
        `The instance '${instanceId}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
      );
    }
    if (!["running", "stopping", "stopped"].includes(instance.state)) {
      throw ec2Error(
        "IncorrectInstanceState",
        `This instance '${instanceId}' is not in a state from which it can be stopped.`,
      );
    }
    if (state.spotRequests[instance.spotRequestId ?? ""]?.type === "one-time") {
      throw ec2Error(
        "UnsupportedOperation",
        `You can't stop the Spot Instance '${instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
      );
    }
  }
  const StoppingInstances = instances.map((instance) => {
    if (instance.state !== "running") return change(instance, instance);
    for (const { publicIp: _lent, ...record } of interfacesOf(instance, context)) {
      state.networkInterfaces[record.networkInterfaceId] = record;
    }
    return change(instance, beginTransition(instance, "stopped", now, context, userInitiated(now)));
  });
  return { StoppingInstances };
}

export function StartInstances(
  input: StartInstancesCommandInput,
  context: Ec2Context,
): Answer<StartInstancesCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const instances = instancesById(required(input.InstanceIds, "InstanceId"), context);
  for (const { instanceId, state: current } of instances) {
    if (current !== "stopped" && current !== "running" && current !== "pending") {
      throw ec2Error(
        "IncorrectInstanceState",
        `The instance '${instanceId}' is not in a state from which it can be started.`,
      );
    }
  }
  const StartingInstances = instances.map((instance) => {
    if (instance.state !== "stopped") return change(instance, instance);
    const started = beginTransition({ ...instance, launchTime: now }, "running", now, context, { text: "" });
    for (const record of interfacesOf(started, context)) {
      const mapped = state.subnets[record.subnetId]?.mapPublicIpOnLaunch === true;
      if (!mapped || addressOf(record.networkInterfaceId, context) !== undefined) continue;
      state.networkInterfaces[record.networkInterfaceId] = { ...record, publicIp: newPublicIp(context) };
    }
    return change(instance, started);
  });
  return { StartingInstances };
}

export function RebootInstances(input: RebootInstancesCommandInput, context: Ec2Context): object {
  for (const instance of instancesById(required(input.InstanceIds, "InstanceId"), context)) {
    if (instance.state !== "running") {
      throw ec2Error("IncorrectInstanceState", `The instance '${instance.instanceId}' is not in the 'running' state.`);
    }
    // Status checks begin anew.
    putInstance(context, { ...instance, stateSince: context.clock.now() });
  }
  return {};
}

function change(before: InstanceRecord, after: InstanceRecord): InstanceStateChange {
  return {
    InstanceId: before.instanceId,
    PreviousState: { Code: STATE_CODES[before.state], Name: before.state },
    CurrentState: { Code: STATE_CODES[after.state], Name: after.state },
  };
}
