import type { _InstanceType as InstanceType, SpotInstanceRequest } from "@aws-sdk/client-ec2";
import type { Ec2Context } from "./context.ts";
import { groupIdentifiers } from "./security-group-lookup.ts";
import type { SpotRequestRecord, SpotStatusCode } from "./spot-state.ts";
import { tagsOf } from "./tags.ts";

const MESSAGES: Readonly<Record<SpotStatusCode, string>> = {
  "pending-evaluation": "Your Spot request has been submitted for review, and is pending evaluation.",
  "pending-fulfillment": "Your Spot request is pending fulfillment.",
  "price-too-low": "Your Spot request price is lower than the minimum required Spot request fulfillment price.",
  "capacity-not-available": "There is no Spot capacity available that matches your request.",
  fulfilled: "Your Spot request is fulfilled.",
  "marked-for-termination": "Your Spot Instance is marked for termination.",
  "instance-terminated-by-user": "Your Spot Instance was terminated because you terminated it.",
  "instance-terminated-no-capacity": "Your Spot Instance was terminated because there is no Spot capacity.",
  "request-canceled-and-instance-running": "Your Spot request is canceled, but your instance(s) may still be running.",
  "canceled-before-fulfillment": "Your Spot request is canceled before it was fulfilled.",
  "schedule-expired": "Your Spot request expired before it was fulfilled.",
  "bad-parameters": "Your Spot request failed due to bad parameters.",
};

export function spotRequestAnswer(request: SpotRequestRecord, context: Ec2Context): SpotInstanceRequest {
  const { launch, status } = request;
  const instance = context.state.instances[request.instanceId ?? ""];
  return {
    SpotInstanceRequestId: request.requestId,
    Type: request.type,
    State: request.state,
    Status: { Code: status.code, Message: MESSAGES[status.code], UpdateTime: new Date(status.at) },
    CreateTime: new Date(request.createdAt),
    ValidUntil: request.validUntil === undefined ? undefined : new Date(request.validUntil),
    SpotPrice: request.maxPrice,
    ProductDescription: "Linux/UNIX",
    InstanceInterruptionBehavior: "terminate",
    InstanceId: request.instanceId,
    LaunchedAvailabilityZone: instance === undefined ? undefined : `${context.region}${instance.zone}`,
    LaunchSpecification: {
      ImageId: launch.imageId,
      InstanceType: launch.instanceType as InstanceType,
      KeyName: launch.keyName,
      SubnetId: launch.subnetId,
      SecurityGroups: groupIdentifiers(launch.groupIds, context),
      IamInstanceProfile: launch.profile === undefined ? undefined : { Arn: launch.profile.arn },
      EbsOptimized: launch.ebsOptimized,
      Monitoring: { Enabled: launch.monitoring },
      Placement: { AvailabilityZone: `${context.region}${context.state.subnets[launch.subnetId]?.zone ?? ""}` },
      BlockDeviceMappings: launch.devices.map((device) => ({
        DeviceName: device.device,
        Ebs: {
          VolumeSize: device.size,
          VolumeType: device.type,
          DeleteOnTermination: device.deleteOnTermination,
          Encrypted: device.encrypted,
          SnapshotId: device.snapshotId,
        },
      })),
    },
    Tags: tagsOf(context.state, request.requestId),
  };
}
