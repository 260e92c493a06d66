import type {
  DeregisterImageCommandInput,
  DeregisterImageCommandOutput,
  DescribeImagesCommandInput,
  DescribeImagesCommandOutput,
  Image,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier } from "./identifiers.ts";
import type { ImageRecord } from "./image-catalog.ts";
import { page } from "./pages.ts";
import { tagsOf } from "./tags.ts";

export function imageById(id: string, { state }: Ec2Context): ImageRecord {
  const image = state.images[checkIdentifier("image", id)];
  if (image === undefined) throw ec2Error("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  return image;
}

/** Deprecated images are left out unless they are asked for, named by id, or the caller's own. */
export function DescribeImages(
  input: DescribeImagesCommandInput,
  context: Ec2Context,
): Answer<DescribeImagesCommandOutput> {
  const { state, clock } = context;
  const ids = input.ImageIds ?? [];
  const named = ids.map((id) => imageById(id, context));
  const listed = Object.values(state.images).filter(
    (image) =>
      input.IncludeDeprecated === true || image.deprecatedAt > clock.now() || image.ownerId === context.account,
  );
  const images = (ids.length > 0 ? named : listed).filter((image) => ownedBy(image, input.Owners, context));
  const matching = filterItems(
    images,
    input.Filters,
    {
      architecture: (image) => image.architecture,
      "creation-date": (image) => isoDate(image.createdAt),
      description: (image) => image.description,
      hypervisor: () => "xen",
      "image-id": (image) => image.imageId,
      "image-type": () => "machine",
      "is-public": (image) => image.ownerId !== context.account,
      name: (image) => image.name,
      "owner-alias": (image) => image.ownerAlias,
      "owner-id": (image) => image.ownerId,
      "root-device-name": (image) => image.rootDeviceName,
      "root-device-type": () => "ebs",
      state: () => "available",
      "virtualization-type": () => "hvm",
    },
    (image) => tagsOf(state, image.imageId),
  );
  const limits = { min: 1, max: 1000, ...(context.pageSize === undefined ? {} : { pageSize: context.pageSize }) };
  const { items, NextToken } = page(matching, (image) => image.imageId, input, limits);
  return { Images: items.map((image) => imageAnswer(image, context)), NextToken };
}

export function DeregisterImage(
  input: DeregisterImageCommandInput,
  context: Ec2Context,
): Answer<DeregisterImageCommandOutput> {
  const image = imageById(required(input.ImageId, "ImageId"), context);
  if (image.ownerId !== context.account) {
    throw ec2Error("AuthFailure", `Not authorized for image:${image.imageId}`);
  }
  delete context.state.images[image.imageId];
  return { Return: true };
}

function ownedBy(image: ImageRecord, owners: readonly string[] | undefined, { account }: Ec2Context): boolean {
  if (owners === undefined || owners.length === 0) return true;
  return owners.some((owner) => {
    if (owner === "self") return image.ownerId === account;
    return owner === image.ownerId || owner === image.ownerAlias;
  });
}

function imageAnswer(image: ImageRecord, context: Ec2Context): Image {
  return {
    ImageId: image.imageId,
    Name: image.name,
    Description: image.description,
    Architecture: image.architecture,
    OwnerId: image.ownerId,
    ImageOwnerAlias: image.ownerAlias,
    ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    ImageType: "machine",
    State: "available",
    Public: image.ownerId !== context.account,
    CreationDate: isoDate(image.createdAt),
    DeprecationTime: isoDate(image.deprecatedAt),
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: "ebs",
    VirtualizationType: "hvm",
    Hypervisor: "xen",
    EnaSupport: true,
    PlatformDetails: "Linux/UNIX",
    UsageOperation: "RunInstances",
    ImdsSupport: image.imdsV2 ? "v2.0" : undefined,
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDeviceName,
        Ebs: {
          SnapshotId: image.snapshotId,
          VolumeSize: image.rootSize,
          VolumeType: image.rootVolumeType,
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    Tags: tagsOf(context.state, image.imageId),
  };
}

function isoDate(time: number): string {
  return new Date(time).toISOString();
}
