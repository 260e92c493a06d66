import type {
  AttachVolumeCommandInput,
  AttachVolumeCommandOutput,
  DetachVolumeCommandInput,
  DetachVolumeCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import { instanceById } from "./instance-lookup.ts";
import { type AttachmentRecord, attachmentOf, attachmentState, volumeState } from "./volume-state.ts";
import { volumeById } from "./volumes.ts";

export function AttachVolume(input: AttachVolumeCommandInput, context: Ec2Context): Answer<AttachVolumeCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const volume = volumeById(required(input.VolumeId, "VolumeId"), context);
  const instance = instanceById(required(input.InstanceId, "InstanceId"), context);
  const device = required(input.Device, "Device");
  if (!/^(?:\/dev\/)?(?:sd|xvd)[a-z]{1,2}\d{0,2}$/.test(device)) {
    throw invalidValue(device, "device", `${device} is not a valid EBS device name.`);
  }
  if (volumeState(volume, now) !== "available") {
    const attachedTo = attachmentOf(volume, now)?.instanceId;
    throw attachedTo === undefined
      ? ec2Error("IncorrectState", `The volume '${volume.volumeId}' is not 'available'.`)
      : ec2Error("VolumeInUse", `${volume.volumeId} is already attached to an instance`);
  }
  if (instance.state !== "running" && instance.state !== "stopped") {
    throw ec2Error("IncorrectState", `Instance '${instance.instanceId}' is not 'running'.`);
  }
  if (instance.zone !== volume.zone) {
    throw ec2Error(
      "InvalidVolume.ZoneMismatch",
      `The volume '${volume.volumeId}' is not in the same availability zone as instance '${instance.instanceId}'`,
    );
  }
  const taken = Object.values(state.volumes).some((other) => {
    const attachment = attachmentOf(other, now);
    return attachment?.instanceId === instance.instanceId && attachment.device === device;
  });
  if (taken) {
    throw invalidValue(device, "unixDevice", `Attachment point ${device} is already in use`);
  }
  const attachment: AttachmentRecord = {
    instanceId: instance.instanceId,
    device,
    deleteOnTermination: false,
    since: now,
    attachedAt: now + state.timing.volumeAttach,
  };
  state.volumes[volume.volumeId] = { ...volume, attachment };
  return answer(volume.volumeId, attachment, now);
}

export function DetachVolume(input: DetachVolumeCommandInput, context: Ec2Context): Answer<DetachVolumeCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const volume = volumeById(required(input.VolumeId, "VolumeId"), context);
  const attachment = attachmentOf(volume, now);
  if (
    attachment === undefined ||
    (input.InstanceId !== undefined && input.InstanceId !== attachment.instanceId) ||
    (input.Device !== undefined && input.Device !== attachment.device)
  ) {
    if (attachment === undefined || input.InstanceId === undefined) {
      throw ec2Error("IncorrectState", `Volume '${volume.volumeId}' is in the 'available' state.`);
    }
    throw ec2Error(
      "InvalidAttachment.NotFound",
      `The volume '${volume.volumeId}' is not attached to instance '${input.InstanceId}'`,
    );
  }
  const instance = state.instances[attachment.instanceId];
  if (instance?.rootDeviceName === attachment.device && instance.state !== "stopped") {
    throw ec2Error(
      "OperationNotPermitted",
      `Unable to detach root volume '${volume.volumeId}' from instance '${instance.instanceId}'`,
    );
  }
  if (attachment.detachedAt !== undefined) {
    throw ec2Error("IncorrectState", `Volume '${volume.volumeId}' is in the 'detaching' state.`);
  }
  const detaching: AttachmentRecord = { ...attachment, detachedAt: now + state.timing.volumeDetach };
  state.volumes[volume.volumeId] = { ...volume, attachment: detaching };
  return answer(volume.volumeId, detaching, now);
}

function answer(volumeId: string, attachment: AttachmentRecord, now: number): Answer<AttachVolumeCommandOutput> {
  return {
    VolumeId: volumeId,
    InstanceId: attachment.instanceId,
    Device: attachment.device,
    State: attachmentState(attachment, now),
    AttachTime: new Date(attachment.since),
    DeleteOnTermination: attachment.deleteOnTermination,
  };
}
