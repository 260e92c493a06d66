import type {
  CreateVolumeCommandInput,
  CreateVolumeCommandOutput,
  DeleteVolumeCommandInput,
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput,
  Volume,
  VolumeAttachment,
} from "@aws-sdk/client-ec2";
import { idempotent } from "./client-tokens.ts";
import { type Answer, type Ec2Context, ec2Arn } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { page } from "./pages.ts";
import { isVisible } from "./security-group-lookup.ts";
import { snapshotById } from "./snapshots.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";
import { checkedShape } from "./volume-shape.ts";
import { attachmentOf, attachmentState, shapeOf, type VolumeRecord, volumeState } from "./volume-state.ts";

export function volumeById(id: string, context: Ec2Context): VolumeRecord {
  const volume = context.state.volumes[checkIdentifier("volume", id)];
  if (volume === undefined || !isVisible(volume, context)) throw notFound("volume", id);
  return volume;
}

/** `encrypted` and the key that goes with it: the account's own EBS key unless another is named. */
export function encryptionOf(
  request: { readonly Encrypted?: boolean | undefined; readonly KmsKeyId?: string | undefined },
  context: Ec2Context,
): Pick<VolumeRecord, "encrypted" | "kmsKeyId"> {
  if (request.Encrypted !== true) {
    if (request.KmsKeyId === undefined) return { encrypted: false };
    throw ec2Error(
      "InvalidParameterDependency",
      "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
    );
  }
  const base = `arn:${context.partition}:kms:${context.region}:${context.account}`;
  const key = request.KmsKeyId ?? "alias/aws/ebs";
  return {
    encrypted: true,
    kmsKeyId: key.startsWith("arn:") ? key : `${base}:${key.startsWith("alias/") ? key : `key/${key}`}`,
  };
}

export function CreateVolume(input: CreateVolumeCommandInput, context: Ec2Context): Answer<CreateVolumeCommandOutput> {
  const tags = tagsFromSpecifications(input.TagSpecifications, ["volume"]).get("volume");
  const [volumeId = ""] = idempotent("CreateVolume", input, context, () => {
    const zoneName = required(input.AvailabilityZone, "AvailabilityZone");
    const zone = zoneName.slice(context.region.length);
    if (!zoneName.startsWith(context.region) || !["a", "b", "c"].includes(zone)) {
      throw ec2Error("InvalidZone.NotFound", `The zone '${zoneName}' does not exist.`);
    }
    const snapshot = input.SnapshotId === undefined ? undefined : snapshotById(input.SnapshotId, context);
    const size = input.Size ?? snapshot?.size;
    if (size === undefined) {
      throw ec2Error("MissingParameter", "The request must contain the parameter size/snapshot");
    }
    if (snapshot !== undefined && size < snapshot.size) {
      throw ec2Error("InvalidParameterValue", `The volume size is smaller than snapshot '${snapshot.snapshotId}'`);
    }
    const { VolumeType: type = "gp2", Iops: iops, Throughput: throughput } = input;
    const encryption =
      snapshot?.encrypted === true
        ? encryptionOf({ Encrypted: true, KmsKeyId: input.KmsKeyId ?? snapshot.kmsKeyId }, context)
        : encryptionOf(input, context);
    const volume = addVolume(
      {
        ...checkedShape({ type, size, iops, throughput }),
        ...encryption,
        zone,
        ...(snapshot === undefined ? {} : { snapshotId: snapshot.snapshotId }),
      },
      context.clock.now(),
      context,
    );
    setTags(context.state, volume.volumeId, tags);
    return [volume.volumeId];
  });
  const volume = context.state.volumes[volumeId];
  if (volume === undefined) throw notFound("volume", volumeId);
  const { Attachments: _none, ...answer } = volumeAnswer(volume, context);
  return answer;
}

export function addVolume(
  fields: Omit<VolumeRecord, "volumeId" | "createdAt" | "availableAt" | "visibleAt">,
  at: number,
  { state, random }: Ec2Context,
): VolumeRecord {
  const volume: VolumeRecord = {
    ...fields,
    volumeId: random.id("vol"),
    createdAt: at,
    availableAt: at + state.timing.volumeCreate,
    visibleAt: at + state.timing.listingLag,
  };
  state.volumes[volume.volumeId] = volume;
  return volume;
}

export function DeleteVolume(input: DeleteVolumeCommandInput, context: Ec2Context): object {
  const { clock } = context;
  const volume = volumeById(required(input.VolumeId, "VolumeId"), context);
  const attachment = attachmentOf(volume, clock.now());
  if (attachment !== undefined) {
    throw ec2Error("VolumeInUse", `Volume ${volume.volumeId} is currently attached to ${attachment.instanceId}`);
  }
  if (volume.availableAt > clock.now()) {
    throw ec2Error("IncorrectState", `The volume '${volume.volumeId}' is 'creating'.`);
  }
  removeVolume(volume.volumeId, context);
  return {};
}

export function removeVolume(volumeId: string, { state }: Ec2Context): void {
  delete state.volumes[volumeId];
  delete state.tags[volumeId];
}

export function DescribeVolumes(
  input: DescribeVolumesCommandInput,
  context: Ec2Context,
): Answer<DescribeVolumesCommandOutput> {
  const { state, clock } = context;
  const now = clock.now();
  const ids = input.VolumeIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    throw ec2Error(
      "InvalidParameterCombination",
      "The parameter volumeSet cannot be used with the parameter maxResults",
    );
  }
  const volumes =
    ids.length > 0
      ? ids.map((id) => volumeById(id, context))
      : Object.values(state.volumes).filter((volume) => isVisible(volume, context));
  const attached = (read: (attachment: VolumeAttachment) => string | undefined) => (volume: VolumeRecord) =>
    attachments(volume, now).map(read);
  const matching = filterItems(
    volumes,
    input.Filters,
    {
      "attachment.attach-time": attached((attachment) => attachment.AttachTime?.toISOString()),
      "attachment.delete-on-termination": attached((attachment) => String(attachment.DeleteOnTermination)),
      "attachment.device": attached((attachment) => attachment.Device),
      "attachment.instance-id": attached((attachment) => attachment.InstanceId),
      "attachment.status": attached((attachment) => attachment.State),
      "availability-zone": (volume) => `${context.region}${volume.zone}`,
      "create-time": (volume) => new Date(volume.createdAt).toISOString(),
      encrypted: (volume) => volume.encrypted,
      size: (volume) => shapeOf(volume, now).size,
      "snapshot-id": (volume) => volume.snapshotId,
      status: (volume) => volumeState(volume, now),
      "volume-id": (volume) => volume.volumeId,
      "volume-type": (volume) => shapeOf(volume, now).type,
    },
    (volume) => tagsOf(state, volume.volumeId),
  );
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (volume) => volume.volumeId, input, limits);
  return { Volumes: items.map((volume) => volumeAnswer(volume, context)), NextToken };
}

function volumeAnswer(volume: VolumeRecord, context: Ec2Context): Volume {
  const now = context.clock.now();
  const shape = shapeOf(volume, now);
  // A gp2 volume's speed follows its size and is shown all the same.
  const iops = shape.iops ?? (shape.type === "gp2" ? Math.min(16_000, Math.max(100, shape.size * 3)) : undefined);
  return {
    VolumeId: volume.volumeId,
    VolumeArn: ec2Arn(context, `volume/${volume.volumeId}`),
    Size: shape.size,
    VolumeType: shape.type,
    Iops: iops,
    Throughput: shape.throughput,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    SnapshotId: volume.snapshotId ?? "",
    AvailabilityZone: `${context.region}${volume.zone}`,
    State: volumeState(volume, now),
    CreateTime: new Date(volume.createdAt),
    MultiAttachEnabled: false,
    Attachments: attachments(volume, now),
    Tags: tagsOf(context.state, volume.volumeId),
  };
}

function attachments(volume: VolumeRecord, now: number): VolumeAttachment[] {
  const attachment = attachmentOf(volume, now);
  return attachment === undefined
    ? []
    : [
        {
          VolumeId: volume.volumeId,
          InstanceId: attachment.instanceId,
          Device: attachment.device,
          State: attachmentState(attachment, now),
          AttachTime: new Date(attachment.since),
          DeleteOnTermination: attachment.deleteOnTermination,
        },
      ];
}
