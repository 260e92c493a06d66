import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { Route53 } from "@aws-sdk/client-route-53";
import type { Host } from "../../../sandbox/hosts/host.ts";
import type { HostRecord } from "../../../sandbox/hosts/host-state.ts";
import type { FleetWorld } from "../../harness/fleet-world.ts";
import { theDataVolume } from "../../harness/host-fleet.ts";

/** Whoever may do everything in the account and on the host, and doesn't care for Fleetkeeper. */
export class HostPerson {
  readonly world: FleetWorld;
  readonly ec2: EC2;
  readonly route53: Route53;
  readonly scaling: AutoScaling;

  constructor(world: FleetWorld) {
    this.world = world;
    const settings = { ...world.settings(), maxAttempts: 1 };
    this.ec2 = new EC2(settings);
    this.route53 = new Route53(settings);
    this.scaling = new AutoScaling(settings);
  }

  /** The fleet's host. @throws Error where none lives, or more than one */
  async instance() {
    const Filters = [
      { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
      { Name: "client-token", Values: ["fleetkeeper-acme-host-*"] },
    ];
    const { Reservations = [] } = await this.ec2.describeInstances({ Filters });
    const [instance, ...others] = Reservations.flatMap(({ Instances = [] }) => Instances);
    if (instance?.InstanceId === undefined || others.length > 0) throw new NothingThere("the host");
    return { ...instance, InstanceId: instance.InstanceId };
  }

  dataVolume() {
    return theDataVolume(this.ec2, "acme");
  }

  /** Its files and its stand-ins. */
  async host(): Promise<{ readonly files: Host; readonly record: HostRecord }> {
    const { InstanceId } = await this.instance();
    const { hosts } = this.world;
    const record = hosts?.record(InstanceId);
    if (hosts === undefined || record === undefined) throw new NothingThere("the host's files");
    return { files: await hosts.host(InstanceId), record };
  }
}

/** What people wanted to do something to isn't there. */
export class NothingThere extends Error {}

/** People meet what isn't there, is still used or is just being changed, and shrug. */
export async function shrugging(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof NothingThere) return;
    if (!(error instanceof Error) || !("$fault" in error)) throw error;
  }
}
