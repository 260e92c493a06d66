import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { DEFAULT_WORLD } from "../../sandbox/services/ec2/world.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { theDataVolume } from "../harness/host-fleet.ts";
import { synthesise } from "../infra/synthesis.ts";
import { tick } from "./events.ts";
import { FunctionWorld, rootSettings } from "./function-world.ts";
import { PeopleRole } from "./people-role.ts";
import { expectProof, refusals } from "./proof.ts";

const AutoScalingGroupName = "acme-next";
const fleetTag = { Key: "fleetkeeper:fleet", Value: "acme" };
const keepTag = { Key: "fleetkeeper:keep", Value: "ada looks at it" };
const SubnetId = DEFAULT_WORLD.machineSubnetIds[0];

/** What a manager made, and lost: nothing runs in these instances. */
class Leftovers {
  readonly ec2: EC2;
  readonly #world: FunctionWorld;
  #made = 0;

  constructor(world: FunctionWorld) {
    this.#world = world;
    this.ec2 = new EC2(rootSettings(world.sandbox));
  }

  /** @returns a machine's name, after which its key pair is called */
  async #name(): Promise<string> {
    this.#made += 1;
    const seconds = Math.floor(this.#world.clock.now() / 1000);
    const KeyName = `runner-t9wkyjhg-acme-build-${seconds}-${String(this.#made).padStart(8, "0")}`;
    const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
    await this.ec2.importKeyPair({ KeyName, PublicKeyMaterial });
    return KeyName;
  }

  async #launch() {
    const KeyName = await this.#name();
    const IamInstanceProfile = { Name: "acme-machine" };
    return {
      ImageId: "ami-0b1b2c3d4e5f60001",
      InstanceType: "m5.large",
      KeyName,
      SubnetId,
      IamInstanceProfile,
    } as const;
  }

  /** @param tagged false: docker-machine never came to tag it */
  async machine(tagged = true): Promise<string> {
    const launch = await this.#launch();
    const { Instances = [] } = await this.ec2.runInstances({ ...launch, MinCount: 1, MaxCount: 1 });
    const id = Instances[0]?.InstanceId ?? "";
    const Tags = [fleetTag, { Key: "Name", Value: launch.KeyName }];
    if (tagged) await this.ec2.createTags({ Resources: [id], Tags });
    return id;
  }

  /** One that waits for a price that never comes. */
  async spotRequest(): Promise<void> {
    const { ImageId, InstanceType, KeyName, IamInstanceProfile } = await this.#launch();
    const LaunchSpecification = { ImageId, InstanceType, KeyName, SubnetId, IamInstanceProfile };
    await this.ec2.requestSpotInstances({ SpotPrice: "0.0001", LaunchSpecification });
  }

  async networkInterface(): Promise<void> {
    const Tags = [fleetTag, { Key: "Name", Value: await this.#name() }];
    await this.ec2.createNetworkInterface({
      SubnetId,
      TagSpecifications: [{ ResourceType: "network-interface", Tags }],
    });
  }

  async stateOf(id: string): Promise<string | undefined> {
    const { Reservations = [] } = await this.ec2.describeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  }

  /** Key pairs, open spot requests, and interfaces that are in nothing. */
  async remnants(): Promise<readonly unknown[]> {
    const open = [{ Name: "state", Values: ["open"] }];
    const available = [{ Name: "status", Values: ["available"] }];
    const { KeyPairs = [] } = await this.ec2.describeKeyPairs({});
    const { SpotInstanceRequests = [] } = await this.ec2.describeSpotInstanceRequests({ Filters: open });
    const { NetworkInterfaces = [] } = await this.ec2.describeNetworkInterfaces({ Filters: available });
    return [...KeyPairs, ...SpotInstanceRequests, ...NetworkInterfaces];
  }

  /** What lives in the pool's group. */
  async members(): Promise<readonly string[]> {
    return this.#living("aws:autoscaling:groupName", AutoScalingGroupName);
  }

  /** Somebody ends the host and deletes its data. */
  async loseHost(): Promise<void> {
    const [InstanceId = ""] = await this.#living("fleetkeeper:kind", "host");
    const { VolumeId } = await theDataVolume(this.ec2);
    await this.ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } });
    await this.ec2.terminateInstances({ InstanceIds: [InstanceId] });
    await this.#world.clock.advance(300_000);
    await this.ec2.deleteVolume({ VolumeId });
  }

  async #living(tag: string, value: string): Promise<readonly string[]> {
    const Filters = [
      { Name: `tag:${tag}`, Values: [value] },
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ];
    const { Reservations = [] } = await this.ec2.describeInstances({ Filters });
    return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId = "" }) => InstanceId);
  }

  async marked(): Promise<readonly string[]> {
    const Filters = [{ Name: "key", Values: ["fleetkeeper:orphan"] }];
    return ((await this.ec2.describeTags({ Filters })).Tags ?? []).map(({ ResourceId = "" }) => ResourceId);
  }
}

test("under the deployed permissions machines whose manager is gone for good are ended by the functions, in runs and in a person's teardown", async () => {
  const world = await FunctionWorld.open({ templates: synthesise(), startup: 1000 });
  const people = await PeopleRole.open(world, "acme");
  const left = new Leftovers(world);
  const scaling = new AutoScaling(rootSettings(world.sandbox));
  const { judgements } = world.enforcement;
  let ticks = 0;
  const run = async (times: number) => {
    for (const until = ticks + times; ticks < until; ticks += 1) {
      world.deliver("dispatch", tick(`tick-${ticks}`));
      await world.settle();
      await world.pass(5);
    }
  };
  const file = async (name: "acme" | "cloud") =>
    (await sampleFile(name)).replaceAll("deletionPolicy: Retain", "deletionPolicy: Delete");
  try {
    await world.push("acme", await file("acme"));
    // Made by a person, who may make what the functions may.
    for (let runs = 0; runs < 3; runs += 1) {
      await people.type("reconcile --force");
      await world.clock.sleep(60_000);
    }
    await scaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
    const kept = await left.machine();
    const untagged = await left.machine(false);
    await left.loseHost();
    // A file without a host, or the next run would make another one, who may have taken the group over.
    await world.push("acme", await file("cloud"));
    const members = await left.members();
    expect(members).toHaveLength(2);
    await run(4);
    // Each finds the only fleet by itself.
    for (const name of ["plan", "reconcile", "collect"] as const) await world.call(name, {});
    expect(refusals(judgements)).toEqual([]);
    expect((await left.marked()).toSorted()).toEqual([...members, kept, untagged].toSorted());
    await left.ec2.createTags({ Resources: [kept], Tags: [keepTag] });
    await run(3);
    for (const id of [...members, untagged]) expect(await left.stateOf(id)).toBe("terminated");
    expect(await left.stateOf(kept)).toBe("running");
    expect(await left.marked()).not.toContain(kept);

    await left.ec2.deleteTags({ Resources: [kept], Tags: [{ Key: keepTag.Key }] });
    const machines = [kept, await left.machine()];
    await left.spotRequest();
    await left.networkInterface();
    // What ran on the host can't be asked any more, so its end waits for a person; the machines don't.
    const ended = await people.type("destroy --data --confirm acme");
    expect(ended.exit, ended.stdout).toBe(2);
    expect(ended.stdout).toContain("the fleet has no host that could be asked");
    expect(ended.stdout).not.toContain("machines/everything");
    for (const id of machines) expect(await left.stateOf(id)).toBe("terminated");
    expect(await left.remnants()).toEqual([]);
    await expectProof("lost-manager", judgements);
  } finally {
    await people.close();
  }
});
