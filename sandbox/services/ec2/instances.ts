import type {
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  InstanceStatus,
  Reservation,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { type FilterFields, filterItems } from "./filters.ts";
import { instanceAnswer, profileOf } from "./instance-answer.ts";
import { instancesById } from "./instance-lookup.ts";
import { type InstanceRecord, isAlive, STATE_CODES } from "./instance-state.ts";
import { interfacesOf, privateDnsName, publicDnsName } from "./network-interface-lookup.ts";
import { publicIpOf } from "./network-interfaces.ts";
import { page } from "./pages.ts";
import { groupIdentifiers, isVisible } from "./security-group-lookup.ts";
import { tagsOf } from "./tags.ts";
import { type AttachedVolume, volumesByInstance } from "./volume-index.ts";

/** By reservation; pages count instances, so that one reservation can be in two pages. */
export function DescribeInstances(
  input: DescribeInstancesCommandInput,
  context: Ec2Context,
): Answer<DescribeInstancesCommandOutput> {
  const ids = input.InstanceIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    throw ec2Error(
      "InvalidParameterCombination",
      "The parameter instancesSet cannot be used with the parameter maxResults",
    );
  }
  const volumes = volumesByInstance(context);
  const matching = filterItems(wanted(ids, context), input.Filters, instanceFilters(volumes, context), (instance) =>
    tagsOf(context.state, instance.instanceId),
  );
  const limits = { min: 5, max: 1000, pageSize: ids.length > 0 ? ids.length : (context.pageSize ?? 1000) };
  const key = (instance: InstanceRecord) => `${instance.reservationId} ${instance.instanceId}`;
  const { items, NextToken } = page(matching, key, input, limits);
  const byReservation = new Map<string, Reservation>();
  for (const instance of items) {
    const known = byReservation.get(instance.reservationId);
    const reservation = known ?? {
      ReservationId: instance.reservationId,
      OwnerId: context.account,
      Groups: [],
      Instances: [],
    };
    reservation.Instances?.push(instanceAnswer(instance, volumes, context));
    byReservation.set(instance.reservationId, reservation);
  }
  return { Reservations: [...byReservation.values()], NextToken };
}

/** Running instances alone, unless all are asked for. */
export function DescribeInstanceStatus(
  input: DescribeInstanceStatusCommandInput,
  context: Ec2Context,
): Answer<DescribeInstanceStatusCommandOutput> {
  const { clock, region, state } = context;
  const now = clock.now();
  const instances = wanted(input.InstanceIds ?? [], context).filter(
    (instance) => input.IncludeAllInstances === true || instance.state === "running",
  );
  const status = (instance: InstanceRecord): "ok" | "initializing" | "not-applicable" => {
    if (instance.state !== "running") return "not-applicable";
    return instance.stateSince + state.timing.statusChecks > now ? "initializing" : "ok";
  };
  const matching = filterItems(instances, input.Filters, {
    "availability-zone": (instance) => `${region}${instance.zone}`,
    "instance-state-code": (instance) => STATE_CODES[instance.state],
    "instance-state-name": (instance) => instance.state,
    "instance-status.status": status,
    "system-status.status": status,
  });
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (instance) => instance.instanceId, input, limits);
  const InstanceStatuses = items.map((instance): InstanceStatus => {
    const Status = status(instance);
    const reachable = Status === "ok" ? "passed" : "initializing";
    const summary = {
      Status,
      Details: Status === "not-applicable" ? [] : [{ Name: "reachability" as const, Status: reachable as "passed" }],
    };
    return {
      InstanceId: instance.instanceId,
      AvailabilityZone: `${region}${instance.zone}`,
      InstanceState: { Code: STATE_CODES[instance.state], Name: instance.state },
      InstanceStatus: summary,
      SystemStatus: summary,
      Events: [],
    };
  });
  return { InstanceStatuses, NextToken };
}

function wanted(ids: readonly string[], context: Ec2Context): InstanceRecord[] {
  if (ids.length > 0) return instancesById(ids, context);
  return Object.values(context.state.instances).filter((instance) => isVisible(instance, context));
}

function instanceFilters(
  volumes: ReadonlyMap<string, readonly AttachedVolume[]>,
  context: Ec2Context,
): FilterFields<InstanceRecord> {
  const { region, clock } = context;
  const now = clock.now();
  const primary = (instance: InstanceRecord) => interfacesOf(instance, context)[0];
  const publicIp = (instance: InstanceRecord) => {
    const record = primary(instance);
    return record === undefined ? undefined : publicIpOf(record, context);
  };
  const groups = (read: "GroupId" | "GroupName") => (instance: InstanceRecord) =>
    groupIdentifiers(primary(instance)?.groupIds ?? [], context).map((group) => group[read]);
  return {
    architecture: (instance) => instance.architecture,
    "availability-zone": (instance) => `${region}${instance.zone}`,
    "block-device-mapping.device-name": (instance) =>
      (volumes.get(instance.instanceId) ?? []).map(({ attachment }) => attachment.device),
    "block-device-mapping.volume-id": (instance) =>
      (volumes.get(instance.instanceId) ?? []).map(({ volume }) => volume.volumeId),
    "client-token": (instance) => instance.clientToken,
    "dns-name": (instance) => publicDnsName(publicIp(instance), region),
    "iam-instance-profile.arn": (instance) => profileOf(instance, now)?.arn,
    "iam-instance-profile.id": (instance) => profileOf(instance, now)?.id,
    "image-id": (instance) => instance.imageId,
    "instance-id": (instance) => instance.instanceId,
    "instance-lifecycle": (instance) => (instance.spotRequestId === undefined ? undefined : "spot"),
    "instance-state-code": (instance) => STATE_CODES[instance.state],
    "instance-state-name": (instance) => instance.state,
    "instance-type": (instance) => instance.instanceType,
    "instance.group-id": groups("GroupId"),
    "instance.group-name": groups("GroupName"),
    "ip-address": publicIp,
    "key-name": (instance) => instance.keyName,
    "launch-time": (instance) => new Date(instance.launchTime).toISOString(),
    "metadata-options.http-endpoint": (instance) => instance.metadata.HttpEndpoint,
    "metadata-options.http-tokens": (instance) => instance.metadata.HttpTokens,
    "monitoring-state": (instance) => (instance.monitoring ? "enabled" : "disabled"),
    "network-interface.group-id": groups("GroupId"),
    "network-interface.network-interface-id": (instance) => [...instance.networkInterfaceIds],
    "network-interface.subnet-id": (instance) => primary(instance)?.subnetId,
    "network-interface.vpc-id": (instance) => primary(instance)?.vpcId,
    "owner-id": () => context.account,
    "private-dns-name": (instance) => {
      const record = primary(instance);
      return record === undefined ? undefined : privateDnsName(record.privateIp, region);
    },
    "private-ip-address": (instance) => primary(instance)?.privateIp,
    "reservation-id": (instance) => instance.reservationId,
    "root-device-name": (instance) => instance.rootDeviceName,
    "root-device-type": () => "ebs",
    "spot-instance-request-id": (instance) => instance.spotRequestId,
    "state-reason-code": (instance) => instance.stateReason?.Code,
    "subnet-id": (instance) => (isAlive(instance) ? instance.subnetId : undefined),
    "vpc-id": (instance) => (isAlive(instance) ? instance.vpcId : undefined),
  };
}
