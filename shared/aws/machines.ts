import { type AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  CancelSpotInstanceRequestsCommand,
  CreateTagsCommand,
  DeleteKeyPairCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeInstanceAttributeCommand,
  DescribeKeyPairsCommand,
  type EC2Client,
  type Filter,
  type Instance,
  type NetworkInterface,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSpotInstanceRequests,
  paginateDescribeVolumes,
  type SpotInstanceRequest,
  TerminateInstancesCommand,
  type Volume,
} from "@aws-sdk/client-ec2";
import { attempt, removeOrGone, required } from "./answer.ts";
import type {
  InstanceRecord,
  InstanceState,
  MachinesMarker,
  MachinesReader,
  MachinesSweeper,
  NetworkInterfaceRecord,
  SpotRequestRecord,
  VolumeRecord,
} from "./machines-port.ts";
import { allItems } from "./pages.ts";
import { tagsByKey } from "./tag-list.ts";

const livingStates: readonly InstanceState[] = ["pending", "running", "stopping", "stopped"];

/** EC2 takes so many values a filter. Source: EC2 User Guide, "List and filter your resources". */
const mostValues = 200;

/** The most that EC2 gives a page. */
const pageSize = 1000;

export function machinesReader(client: EC2Client): MachinesReader {
  const instances = (doing: string, filters: Filter[]) =>
    attempt(doing, async () => {
      const pages = paginateDescribeInstances({ client, pageSize }, { Filters: filters });
      return allItems(pages, (page) => page.Reservations?.flatMap((reservation) => reservation.Instances ?? []));
    });
  const volumes = (doing: string, filters: Filter[]) =>
    attempt(doing, () => {
      return allItems(paginateDescribeVolumes({ client }, { Filters: filters }), (page) => page.Volumes);
    });
  return {
    async instances() {
      const filters = [{ Name: "instance-state-name", Values: [...livingStates] }];
      return (await instances("listing instances", filters)).map(instanceRecord);
    },
    async instanceStates(ids) {
      const found = await inChunks(ids, (some) =>
        instances("reading the states of managers", [{ Name: "instance-id", Values: [...some] }]),
      );
      return Object.fromEntries(found.map((one) => [required(one.InstanceId, "an instance's id"), stateOf(one)]));
    },
    spotRequests: () =>
      attempt("listing spot requests", async () => {
        const filters = [{ Name: "state", Values: ["open", "active", "disabled"] }];
        const pages = paginateDescribeSpotInstanceRequests({ client }, { Filters: filters });
        return (await allItems(pages, (page) => page.SpotInstanceRequests)).map(requestRecord);
      }),
    keyPairs: () =>
      attempt("listing key pairs", async () => {
        const filters = [{ Name: "key-name", Values: ["runner-*"] }];
        const { KeyPairs } = await client.send(new DescribeKeyPairsCommand({ Filters: filters }));
        return required(KeyPairs, "the key pairs").map((pair) => ({
          name: required(pair.KeyName, "a key pair's name"),
          createdAt: required(pair.CreateTime, "a key pair's time").getTime(),
        }));
      }),
    async volumes(fleetTags) {
      return (await volumes("listing volumes", tagFilters(fleetTags))).map(volumeRecord);
    },
    async existingVolumes(ids) {
      const found = await inChunks(ids, (some) =>
        volumes("looking for data volumes", [{ Name: "volume-id", Values: [...some] }]),
      );
      return found
        .filter(({ State }) => State !== "deleted")
        .map(({ VolumeId }) => required(VolumeId, "a volume's id"));
    },
    networkInterfaces: (fleetTags) =>
      attempt("listing network interfaces", async () => {
        const pages = paginateDescribeNetworkInterfaces({ client }, { Filters: tagFilters(fleetTags) });
        return (await allItems(pages, (page) => page.NetworkInterfaces)).map(interfaceRecord);
      }),
    terminationProtected: (id) =>
      attempt(`reading the termination protection of ${id}`, async () => {
        const { DisableApiTermination } = await client.send(
          new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: "disableApiTermination" }),
        );
        return required(DisableApiTermination?.Value, "the termination protection");
      }),
  };
}

export function machinesMarker(client: EC2Client): MachinesMarker {
  return {
    async tag(ids, key, value) {
      await attempt(`marking ${ids.join(", ")}`, () =>
        client.send(new CreateTagsCommand({ Resources: [...ids], Tags: [{ Key: key, Value: value }] })),
      );
    },
    async untag(ids, key) {
      await attempt(`taking the mark from ${ids.join(", ")}`, () =>
        client.send(new DeleteTagsCommand({ Resources: [...ids], Tags: [{ Key: key }] })),
      );
    },
  };
}

export function machinesSweeper(client: EC2Client, scaling: AutoScalingClient): MachinesSweeper {
  return {
    cancelSpotRequest: (id) =>
      removeOrGone(`cancelling spot request ${id}`, () =>
        client.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] })),
      ),
    terminate: (id) =>
      removeOrGone(`terminating ${id}`, () => client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))),
    terminateInGroup: (id) =>
      removeOrGone(`terminating ${id} through its group`, async () => {
        const ends = (ShouldDecrementDesiredCapacity: boolean) =>
          scaling.send(
            new TerminateInstanceInAutoScalingGroupCommand({ InstanceId: id, ShouldDecrementDesiredCapacity }),
          );
        try {
          await ends(true);
        } catch (error) {
          // The group wants none already: then none takes its place.
          if (!(error instanceof Error) || !/desiredSize equals minSize \(0\)/.test(error.message)) throw error;
          await ends(false);
        }
      }),
    deleteVolume: (id) =>
      removeOrGone(`deleting volume ${id}`, () => client.send(new DeleteVolumeCommand({ VolumeId: id }))),
    deleteNetworkInterface: (id) =>
      removeOrGone(`deleting interface ${id}`, () =>
        client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
      ),
    deleteKeyPair: (name) =>
      removeOrGone(`deleting key pair ${name}`, () => client.send(new DeleteKeyPairCommand({ KeyName: name }))),
  };
}

async function inChunks<Item>(
  ids: readonly string[],
  call: (some: readonly string[]) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let at = 0; at < ids.length; at += mostValues) all.push(...(await call(ids.slice(at, at + mostValues))));
  return all;
}

function tagFilters(tags: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

function stateOf(instance: Instance): InstanceState {
  return required(instance.State?.Name, "an instance's state");
}

function instanceRecord(instance: Instance): InstanceRecord {
  const { KeyName, IamInstanceProfile, SpotInstanceRequestId } = instance;
  return {
    id: required(instance.InstanceId, "an instance's id"),
    state: stateOf(instance),
    launchTime: required(instance.LaunchTime, "an instance's launch time").getTime(),
    groupIds: (instance.SecurityGroups ?? []).map(({ GroupId }) => required(GroupId, "a group's id")),
    tags: tagsByKey(instance.Tags),
    ...(KeyName === undefined ? {} : { keyName: KeyName }),
    ...(IamInstanceProfile?.Arn === undefined ? {} : { profileArn: IamInstanceProfile.Arn }),
    ...(SpotInstanceRequestId === undefined ? {} : { spotRequestId: SpotInstanceRequestId }),
  };
}

function requestRecord(request: SpotInstanceRequest): SpotRequestRecord {
  const { LaunchSpecification, InstanceId } = request;
  const keyName = LaunchSpecification?.KeyName;
  const profileArn = LaunchSpecification?.IamInstanceProfile?.Arn;
  const onInterfaces = LaunchSpecification?.NetworkInterfaces?.flatMap(({ Groups }) => Groups ?? []) ?? [];
  const groups = LaunchSpecification?.SecurityGroups?.flatMap(({ GroupId }) => GroupId ?? []) ?? [];
  return {
    id: required(request.SpotInstanceRequestId, "a spot request's id"),
    state: required(request.State, "a spot request's state"),
    type: request.Type ?? "one-time",
    createdAt: required(request.CreateTime, "a spot request's time").getTime(),
    groupIds: [...new Set([...groups, ...onInterfaces])],
    tags: tagsByKey(request.Tags),
    ...(keyName === undefined ? {} : { keyName }),
    ...(profileArn === undefined ? {} : { profileArn }),
    ...(InstanceId === undefined ? {} : { instanceId: InstanceId }),
  };
}

function volumeRecord(volume: Volume): VolumeRecord {
  return {
    id: required(volume.VolumeId, "a volume's id"),
    state: required(volume.State, "a volume's state"),
    createdAt: required(volume.CreateTime, "a volume's time").getTime(),
    attachedTo: (volume.Attachments ?? []).flatMap(({ InstanceId }) => InstanceId ?? []),
    endsWithInstance: (volume.Attachments ?? []).some(({ DeleteOnTermination }) => DeleteOnTermination === true),
    tags: tagsByKey(volume.Tags),
  };
}

function interfaceRecord(item: NetworkInterface): NetworkInterfaceRecord {
  return {
    id: required(item.NetworkInterfaceId, "an interface's id"),
    state: required(item.Status, "an interface's state"),
    createdAt: 0,
    requesterManaged: item.RequesterManaged ?? false,
    groupIds: (item.Groups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    tags: tagsByKey(item.TagSet),
  };
}
