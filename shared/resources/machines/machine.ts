import type { InstanceRecord, InstanceState } from "../../aws/machines-port.ts";
import { fleetTag, kindTag } from "../common/tags.ts";

/** One EC2 instance as listed. */
export type Machine = InstanceRecord;
export type MachineState = InstanceState;

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
