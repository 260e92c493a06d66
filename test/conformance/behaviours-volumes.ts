import { type Behaviour, type Clients, codeOf, during, until } from "./behaviours.ts";
import { withInstance } from "./with-instance.ts";

const api = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/";
const errors = `${api}errors-overview.html`;

function behaviour(name: string, aws: string, source: string, look: Behaviour["look"], cents = 0): Behaviour {
  const page = source.startsWith("https:") ? source : `${api}API_${source}.html`;
  return { name: `ec2: ${name}`, aws, source: page, cents, look };
}

async function volumeState({ ec2 }: Clients, id: string): Promise<string> {
  return (await ec2.describeVolumes({ VolumeIds: [id] })).Volumes?.[0]?.State ?? "none";
}

/** With one encrypted GiB that is available. */
function withVolume(look: (clients: Clients, id: string) => Promise<string>) {
  return async (clients: Clients): Promise<string> => {
    const { ec2, place } = clients;
    const { VolumeId = "" } = await ec2.createVolume({
      AvailabilityZone: `${place.region}a`,
      Size: 1,
      VolumeType: "gp3",
      Encrypted: true,
    });
    return await during(
      async () => {
        await until(clients, ["available"], () => volumeState(clients, VolumeId));
        return await look(clients, VolumeId);
      },
      () => ec2.deleteVolume({ VolumeId }),
    );
  };
}

/** With an Elastic IP. */
function withAddress(look: (clients: Clients, id: string) => Promise<string>) {
  return async (clients: Clients): Promise<string> => {
    const { AllocationId = "" } = await clients.ec2.allocateAddress({
      Domain: "vpc",
      TagSpecifications: [{ ResourceType: "elastic-ip", Tags: [{ Key: "k", Value: clients.place.prefix }] }],
    });
    return await during(
      () => look(clients, AllocationId),
      () => clients.ec2.releaseAddress({ AllocationId }),
    );
  };
}

async function rootOf({ ec2 }: Clients, id: string): Promise<string> {
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
  return Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? "none";
}

export const volumeBehaviours: readonly Behaviour[] = [
  behaviour("a volume in a zone that isn't there", "InvalidZone.NotFound", errors, ({ ec2, place }) =>
    codeOf(() => ec2.createVolume({ AvailabilityZone: `${place.region}z`, Size: 1 })),
  ),
  behaviour("a volume of no size", "MissingParameter", errors, ({ ec2, place }) =>
    codeOf(() => ec2.createVolume({ AvailabilityZone: `${place.region}a` })),
  ),
  behaviour("a key without encryption", "InvalidParameterDependency", errors, ({ ec2, place }) =>
    codeOf(() => ec2.createVolume({ AvailabilityZone: `${place.region}a`, Size: 1, KmsKeyId: "alias/aws/ebs" })),
  ),
  behaviour("a snapshot that isn't there", "InvalidSnapshot.NotFound", errors, ({ ec2, place }) =>
    codeOf(() => ec2.createVolume({ AvailabilityZone: `${place.region}a`, SnapshotId: "snap-0123456789abcdef0" })),
  ),
  behaviour("a volume's id that is none", "InvalidVolumeID.Malformed", errors, ({ ec2 }) =>
    codeOf(() => ec2.describeVolumes({ VolumeIds: ["nonsense"] })),
  ),
  behaviour(
    "an encrypted volume says so",
    "true",
    "CreateVolume",
    withVolume(async ({ ec2 }, id) => {
      const { Volumes } = await ec2.describeVolumes({ VolumeIds: [id] });
      return String(Volumes?.[0]?.Encrypted);
    }),
    1,
  ),
  behaviour(
    "a volume doesn't shrink",
    "InvalidParameterValue",
    "https://docs.aws.amazon.com/ebs/latest/userguide/modify-volume-requirements.html",
    withVolume(async (clients, VolumeId) => {
      const { ec2 } = clients;
      const request = { AvailabilityZone: `${clients.place.region}a`, Size: 2, VolumeType: "gp3" as const };
      const { VolumeId: two = "" } = await ec2.createVolume(request);
      await until(clients, ["available"], () => volumeState(clients, two));
      return await during(
        () => codeOf(() => ec2.modifyVolume({ VolumeId: two, Size: 1 })),
        () => ec2.deleteVolume({ VolumeId: two }),
        () => volumeState(clients, VolumeId),
      );
    }),
    1,
  ),
  behaviour(
    "a deleted volume isn't there",
    "InvalidVolume.NotFound",
    errors,
    withVolume(async (clients, VolumeId) => {
      await clients.ec2.deleteVolume({ VolumeId });
      const gone = "InvalidVolume.NotFound";
      return await until(clients, [gone], () => codeOf(() => clients.ec2.describeVolumes({ VolumeIds: [VolumeId] })));
    }),
    1,
  ),
  behaviour(
    "one client token makes one volume",
    "same",
    "CreateVolume",
    async ({ ec2, place }) => {
      const request = { AvailabilityZone: `${place.region}a`, Size: 1, ClientToken: `${place.prefix}-volume` };
      const ids = new Set<string>();
      return await during(
        async () => {
          for (let times = 0; times < 2; times += 1) ids.add((await ec2.createVolume(request)).VolumeId ?? "");
          return ids.size === 1 ? "same" : "another";
        },
        ...[0, 1].map((at) => () => ec2.deleteVolume({ VolumeId: [...ids][at] ?? "" })),
      );
    },
    1,
  ),
  behaviour(
    "a volume in use is not deleted",
    "VolumeInUse",
    errors,
    withInstance(async (clients, id) => {
      const VolumeId = await rootOf(clients, id);
      return await codeOf(() => clients.ec2.deleteVolume({ VolumeId }));
    }),
    1,
  ),
  behaviour(
    "the root volume of a running instance is not detached",
    "OperationNotPermitted",
    "DetachVolume",
    withInstance(async (clients, id) => {
      const VolumeId = await rootOf(clients, id);
      return await codeOf(() => clients.ec2.detachVolume({ VolumeId }));
    }),
    1,
  ),
  behaviour(
    "a volume that is attached is not attached again",
    "VolumeInUse",
    errors,
    withInstance(async (clients, InstanceId) => {
      const VolumeId = await rootOf(clients, InstanceId);
      return await codeOf(() => clients.ec2.attachVolume({ VolumeId, InstanceId, Device: "/dev/sdf" }));
    }),
    1,
  ),
  behaviour(
    "a volume that isn't attached is not detached",
    "IncorrectState",
    errors,
    withVolume(({ ec2 }, VolumeId) => codeOf(() => ec2.detachVolume({ VolumeId }))),
    1,
  ),
  behaviour("an address that isn't there is not released", "InvalidAllocationID.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.releaseAddress({ AllocationId: "eipalloc-0123456789abcdef0" })),
  ),
  behaviour("an association that isn't there is not ended", "InvalidAssociationID.NotFound", errors, ({ ec2 }) =>
    codeOf(() => ec2.disassociateAddress({ AssociationId: "eipassoc-0123456789abcdef0" })),
  ),
  behaviour(
    "tags of an address's allocation are there at once",
    "1",
    "AllocateAddress",
    withAddress(async ({ ec2, place }, id) => {
      const { Addresses = [] } = await ec2.describeAddresses({ Filters: [{ Name: "tag:k", Values: [place.prefix] }] });
      return String(Addresses.filter(({ AllocationId }) => AllocationId === id).length);
    }),
    1,
  ),
  behaviour(
    "an address for an instance that isn't there",
    "InvalidInstanceID.NotFound",
    errors,
    withAddress(({ ec2 }, AllocationId) =>
      codeOf(() => ec2.associateAddress({ AllocationId, InstanceId: "i-0123456789abcdef0" })),
    ),
    1,
  ),
  behaviour(
    "an address in use is not released",
    "InvalidIPAddress.InUse",
    errors,
    withAddress((clients, AllocationId) =>
      withInstance(async ({ ec2 }, InstanceId) => {
        const { AssociationId } = await ec2.associateAddress({ AllocationId, InstanceId });
        const said = await codeOf(() => ec2.releaseAddress({ AllocationId }));
        await ec2.disassociateAddress({ AssociationId }).catch(() => undefined);
        return said;
      })(clients),
    ),
    2,
  ),
  behaviour(
    "an address in use isn't moved unless that is allowed",
    "Resource.AlreadyAssociated",
    "AssociateAddress",
    withAddress((clients, AllocationId) =>
      withInstance((_, one) =>
        withInstance(async ({ ec2 }, two) => {
          const { AssociationId } = await ec2.associateAddress({ AllocationId, InstanceId: one });
          const said = await codeOf(() =>
            ec2.associateAddress({ AllocationId, InstanceId: two, AllowReassociation: false }),
          );
          await ec2.disassociateAddress({ AssociationId }).catch(() => undefined);
          return said;
        })(clients),
      )(clients),
    ),
    3,
  ),
  behaviour(
    "the interface of a running instance is not deleted",
    "InvalidNetworkInterface.InUse",
    errors,
    withInstance(async ({ ec2 }, id) => {
      const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
      const NetworkInterfaceId = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
      return await codeOf(() => ec2.deleteNetworkInterface({ NetworkInterfaceId }));
    }),
    1,
  ),
];
