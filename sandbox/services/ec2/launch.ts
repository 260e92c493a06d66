import { schedule } from "./agenda.ts";
import type { Ec2Context } from "./context.ts";
import type { InstanceRecord } from "./instance-state.ts";
import type { LaunchSpec } from "./launch-state.ts";
import { addInterface, newPublicIp, subnetById } from "./network-interface-lookup.ts";
import type { TagRecord } from "./state.ts";
import { setTags } from "./tags.ts";
import { addVolume } from "./volumes.ts";

export interface LaunchOptions {
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken: string;
  readonly spotRequestId?: string | undefined;
  /** Of the instance, its volumes and its interface. */
  readonly tags: (type: "instance" | "volume" | "network-interface") => readonly TagRecord[] | undefined;
}

/** Makes the instance with its interface and volumes; it is pending at `at` and running some time later. */
export function launchInstance(
  spec: LaunchSpec,
  options: LaunchOptions,
  at: number,
  context: Ec2Context,
): InstanceRecord {
  const { state, random } = context;
  const subnet = subnetById(spec.subnetId, context);
  const instanceId = random.id("i");
  const eni = addInterface(
    {
      description: spec.interfaceDescription,
      groupIds: spec.groupIds,
      privateIp: spec.privateIp,
      ...(spec.publicIp ? { publicIp: newPublicIp(context) } : {}),
      attachment: {
        attachmentId: random.id("eni-attach"),
        instanceId,
        deviceIndex: 0,
        deleteOnTermination: !spec.interfaceOutlives,
        since: at,
      },
    },
    subnet,
    context,
  );
  const volumes = spec.devices.map(({ device, deleteOnTermination, ...shape }) =>
    addVolume(
      {
        ...shape,
        zone: subnet.zone,
        attachment: {
          instanceId,
          device,
          deleteOnTermination,
          since: at,
          attachedAt: at + state.timing.volumeAttach,
        },
      },
      at,
      context,
    ),
  );
  const running = at + state.timing.launch;
  const instance: InstanceRecord = {
    instanceId,
    reservationId: options.reservationId,
    launchIndex: options.launchIndex,
    clientToken: options.clientToken,
    imageId: spec.imageId,
    instanceType: spec.instanceType,
    architecture: spec.architecture,
    rootDeviceName: spec.rootDeviceName,
    subnetId: spec.subnetId,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    launchTime: at,
    visibleAt: at + state.timing.listingLag,
    state: "pending",
    stateSince: at,
    transition: { to: "running", at: running },
    transitionReason: "",
    networkInterfaceIds: [eni.networkInterfaceId],
    metadata: spec.metadata,
    disableApiTermination: spec.disableApiTermination,
    disableApiStop: spec.disableApiStop,
    shutdownBehavior: spec.shutdownBehavior,
    monitoring: spec.monitoring,
    ebsOptimized: spec.ebsOptimized,
    sourceDestCheck: true,
    ...(spec.keyName === undefined ? {} : { keyName: spec.keyName }),
    ...(spec.userData === undefined ? {} : { userData: spec.userData }),
    ...(spec.profile === undefined
      ? {}
      : { profile: { associationId: random.id("iip-assoc"), ...spec.profile, since: at } }),
    ...(options.spotRequestId === undefined ? {} : { spotRequestId: options.spotRequestId }),
  };
  state.instances[instanceId] = instance;
  schedule(state, { at: running, kind: "instance", instanceId, to: "running" });
  setTags(state, instanceId, options.tags("instance"));
  setTags(state, eni.networkInterfaceId, options.tags("network-interface"));
  for (const { volumeId } of volumes) setTags(state, volumeId, options.tags("volume"));
  return instance;
}
