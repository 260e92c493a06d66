import type { Installation } from "../installation.ts";
import { type Grant, ofFleet, sessionFleet } from "./grant.ts";

const tagKey = (name: string) => `aws:ResourceTag/fleetkeeper:${name}`;

/** Neither a host nor anything of one, and nothing that a person keeps. */
const neitherHostNorKept = {
  StringNotEquals: { [tagKey("kind")]: "host" },
  Null: { [tagKey("keep")]: "true" },
} as const;

/** What collecting deletes. It is the last line: the proof that something is lost comes before it. */
export function collectDeletions({ arn, iam }: Installation): readonly Grant[] {
  const marked = { ...neitherHostNorKept, Null: { [tagKey("keep")]: "true", [tagKey("orphan")]: "false" } } as const;
  return [
    {
      sid: "TerminateByTag",
      why: "Machines of the fleet that carry the mark of an orphan, which this role can't put on.",
      actions: ["ec2:TerminateInstances"],
      resources: [arn("ec2", "instance/*")],
      conditions: { ...marked, StringEquals: ofFleet },
    },
    {
      sid: "TerminateByProfile",
      why: "The same where docker-machine never tagged one: by its instance profile, and never with another fleet's tag.",
      actions: ["ec2:TerminateInstances"],
      resources: [arn("ec2", "instance/*")],
      conditions: {
        ...marked,
        ArnLike: { "ec2:InstanceProfile": iam(`instance-profile/fleetkeeper/${sessionFleet}/*`) },
        StringEqualsIfExists: ofFleet,
      },
    },
    {
      sid: "TerminateInGroups",
      why: "What an Auto Scaling group of the fleet holds whose manager is gone for good: the group ends it, or it would launch another.",
      actions: ["autoscaling:TerminateInstanceInAutoScalingGroup"],
      resources: [arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
      conditions: { StringEquals: ofFleet },
    },
    {
      sid: "CancelRequests",
      why: "Open spot requests that nobody waits for; some versions of docker-machine never tag them. It ends no instance.",
      actions: ["ec2:CancelSpotInstanceRequests"],
      resources: [arn("ec2", "spot-instances-request/*")],
      conditions: { ...neitherHostNorKept, StringEqualsIfExists: ofFleet },
    },
    {
      sid: "DeleteLeftovers",
      why: "Volumes and interfaces of machines that have ended. Never a host's.",
      actions: ["ec2:DeleteNetworkInterface", "ec2:DeleteVolume"],
      resources: [arn("ec2", "network-interface/*"), arn("ec2", "volume/*")],
      conditions: { ...neitherHostNorKept, StringEquals: ofFleet },
    },
    {
      sid: "DeleteKeyPairs",
      why: "docker-machine names a machine's key pair `runner-<token>-<fleet>-...` and never tags it.",
      actions: ["ec2:DeleteKeyPair"],
      resources: [arn("ec2", `key-pair/runner-*-${sessionFleet}-*`)],
    },
  ];
}

/** What a sweep writes: the ledger with its marks is the marker's alone. */
export function sweepWrites({ s3, bucket }: Installation): Grant {
  const folder = `${bucket}/fleets/${sessionFleet}`;
  return {
    sid: "WriteSweeps",
    why: "The lease, and what sweeps did and what speaks against marks. Never the ledger: who deletes can't mark.",
    actions: ["s3:PutObject"],
    resources: [s3(`${folder}/collection/sweeps.json`), s3(`${folder}/lease.json`)],
  };
}

/** Held to deleting once more, whatever is added to the role by mistake. */
export const neverMark: Grant = {
  sid: "NeverMarkOrMake",
  why: "Who deletes can't mark, can't make or change anything, and can't touch what is in use.",
  effect: "Deny",
  actions: [
    "autoscaling:Attach*",
    "autoscaling:Create*",
    "autoscaling:Delete*",
    "autoscaling:Detach*",
    "autoscaling:Put*",
    "autoscaling:Set*",
    "autoscaling:Update*",
    "ec2:Associate*",
    "ec2:Attach*",
    "ec2:Create*",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteSnapshot",
    "ec2:DeleteTags",
    "ec2:Detach*",
    "ec2:ImportKeyPair",
    "ec2:Modify*",
    "ec2:ReleaseAddress",
    "ec2:Request*",
    "ec2:Run*",
    "ec2:Start*",
    "ec2:Stop*",
    "iam:Add*",
    "iam:Create*",
    "iam:Delete*",
    "iam:Put*",
    "iam:Update*",
    "s3:Delete*",
    "s3:PutBucket*",
  ],
  resources: ["*"],
};

/** The host and what a person keeps, held off once more. */
export function neverHost({ arn }: Installation): readonly Grant[] {
  const resources = [arn("ec2", "instance/*"), arn("ec2", "volume/*"), arn("ec2", "network-interface/*")];
  const actions = ["ec2:DeleteNetworkInterface", "ec2:DeleteVolume", "ec2:TerminateInstances"];
  return [
    {
      sid: "NeverTheHost",
      why: "GitLab's host and its volumes.",
      effect: "Deny",
      actions,
      resources,
      conditions: { StringEquals: { [tagKey("kind")]: "host" } },
    },
    {
      sid: "NeverWhatIsKept",
      why: "`fleetkeeper keep`, whatever the tag's value.",
      effect: "Deny",
      actions,
      resources,
      conditions: { Null: { [tagKey("keep")]: "false" } },
    },
  ];
}
