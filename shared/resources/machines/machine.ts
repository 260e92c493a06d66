import { fleetTag, kindTag } from "../common/tags.ts";

/** The states of an EC2 instance. Source: EC2 API reference, InstanceState. */
export type MachineState = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

/** One EC2 instance as listed, with what tells whose it is. All times are epoch milliseconds. */
export interface Machine {
  readonly id: string;
  readonly state: MachineState;
  /** When it was last started, by EC2's clock. */
  readonly launchTime: number;
  readonly keyName?: string;
  /** ARN of its instance profile. */
  readonly profileArn?: string;
  readonly groupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Tags of the spot request that it came from: some versions of docker-machine tag the request alone. */
  readonly requestTags?: Readonly<Record<string, string>>;
  readonly spotRequestId?: string;
}

/** The tags that collection reads or writes. Everything of ours starts with `fleetkeeper:`. */
export const tag = {
  fleet: fleetTag,
  kind: kindTag,
  /** Instance id of the manager that launched it. */
  manager: "fleetkeeper:manager",
  /** Put on by a person: never touched, whatever its value. */
  keep: "fleetkeeper:keep",
  /** The mark: its value is {@link markTagValue}. */
  orphan: "fleetkeeper:orphan",
  name: "Name",
  /** AWS's own: the Auto Scaling group that the instance is a member of. */
  scalingGroup: "aws:autoscaling:groupName",
} as const;

/** A machine's own name: that of its key pair, else its `Name` tag, which docker-machine sets last or never. */
export function nameOf(machine: Machine): string | undefined {
  return machine.keyName?.startsWith("runner-") ? machine.keyName : machine.tags[tag.name];
}
