import type { Installation } from "../installation.ts";
import { asFleet, type Grant, ofFleet, sessionFleet } from "./grant.ts";

const kind = "rehearsal";

/** What a person's restore, or its rehearsal, does beside what launches a host. */
export function rehearsalGrants({ arn, partition, settings }: Installation): readonly Grant[] {
  const instances = arn("ec2", "instance/*");
  return [
    {
      sid: "CreateVolumeOf",
      why: "Back by a snapshot: EC2 asks of the snapshot too, which is the fleet's own.",
      actions: ["ec2:CreateVolume"],
      resources: [`arn:${partition}:ec2:${settings.region}::snapshot/*`],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "LaunchRehearsal",
      why: "The throw-away host of a rehearsed restore and its volumes, with their own mark in the call that makes them.",
      actions: ["ec2:RunInstances"],
      resources: [instances, arn("ec2", "volume/*")],
      conditions: { StringEquals: { ...asFleet, "aws:RequestTag/fleetkeeper:kind": kind } },
    },
    {
      sid: "EndRehearsal",
      why: "The throw-away host ends with its rehearsal, or as a left-over, and its volumes with it.",
      actions: ["ec2:TerminateInstances"],
      resources: [instances],
      conditions: { StringEquals: { ...ofFleet, "aws:ResourceTag/fleetkeeper:kind": kind } },
    },
    {
      sid: "SignOfRehearsal",
      why: "While it is at work, so that nobody takes its host for a left-over.",
      actions: ["ec2:CreateTags"],
      resources: [instances],
      conditions: {
        StringEquals: { ...ofFleet, "aws:ResourceTag/fleetkeeper:kind": kind },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["fleetkeeper:rehearsal-alive"] },
      },
    },
    {
      sid: "SendToRehearsal",
      why: "Which documents may be sent is granted beside it.",
      actions: ["ssm:SendCommand"],
      resources: [instances],
      conditions: {
        StringEquals: {
          "ssm:resourceTag/fleetkeeper:fleet": sessionFleet,
          "ssm:resourceTag/fleetkeeper:kind": kind,
        },
      },
    },
  ];
}
