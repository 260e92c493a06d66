import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_WORLD } from "../../sandbox/services/ec2/world.ts";
import { OrphanLife } from "./orphan-life.ts";

/** The end of fleets that lost machines, or share something with strangers, by the commands that an operator types. */
describe("a teardown with machines that no manager knows, from the command line", () => {
  let life: OrphanLife;
  afterEach(() => life.close());

  it("lost machines, tagged or not, are collected on the way; a call that takes too long says how to go on", async () => {
    life = await OrphanLife.open();
    const section = await life.builders();
    const bare = await life.make(section, "resolve-failed");
    const tagged = await life.make(section);
    await life.remove(tagged.name, "forced");
    await life.wait(20);
    const first = await life.run("destroy --timeout 3m --confirm acme");
    expect(first.exit).toBe(1);
    expect(first.stdout).toMatch(/held machines\/everything .*instance\/i-/);
    expect(first.stdout).toContain("isn't destroyed within 3m");
    expect(first.stdout).toContain("To go on: fleetkeeper destroy");
    expect(await life.hostId(), "the only witness stays as long as it is needed").not.toBe("");

    const ended = await life.run("destroy");
    expect(ended.stdout).toContain("nothing else is left");
    expect(ended.exit).toBe(0);
    for (const { name, id } of [bare, tagged]) {
      expect(ended.stderr).toContain(`instance/${id} deleted`);
      expect(ended.stderr).toContain(`key-pair/${name} deleted`);
      expect(await life.instanceOf(name)).toBe("");
      expect(await life.hasKeyPair(name)).toBe(false);
    }
    expect(await life.type("destroy")).toBe("acme is destroyed already\n");
  });

  it("a blown fuse and strangers: it says what holds it and what to type, and touches nothing of theirs", async () => {
    life = await OrphanLife.open((body) => body.replace(/fuse: .*/, "fuse: { count: 0, share: 0 }"));
    const lost = await life.make(await life.builders(), "resolve-failed");
    const guest = await stranger({ guest: true });
    const namesake = await stranger({ tags: { "fleetkeeper:fleet": "acme" } });
    await life.wait(20);
    const fused = await life.run("destroy --confirm acme");
    expect(fused.exit).toBe(2);
    expect(fused.stdout).toContain(`the fuse is blown: fleetkeeper gc --approve ${lost.id}`);
    expect(fused.stdout).toMatch(/held \d+ more, which wait for these/);
    expect(fused.stdout).toContain("Then go on: fleetkeeper destroy\n");
    expect(await life.instanceOf(lost.name)).toBe(lost.id);

    expect((await life.run(`gc --approve ${lost.id}`)).exit).toBe(0);
    const used = await life.run("destroy");
    expect(used.stderr).toContain(`instance/${lost.id} deleted`);
    expect(await life.instanceOf(lost.name)).toBe("");
    expect(await life.hostId(), "what nobody else uses is gone").toBe("");
    expect(used.exit).toBe(1);
    expect(used.stdout).toMatch(new RegExp(`security group fleetkeeper-acme-machine .* is used: .* of ${guest}`));
    expect(used.stdout).toContain(`Give ${guest} another instance profile, or terminate it.`);
    expect(used.stdout).toContain("Mend it, then go on: fleetkeeper destroy\n");

    await leave(guest);
    const found = await life.run("destroy");
    expect(found.exit).toBe(2);
    expect(found.stdout).toContain(
      `still there, and it ought to be gone:\n  instance ${namesake} (tag fleetkeeper:fleet=acme)`,
    );
    await life.fleet.ec2.deleteTags({ Resources: [namesake], Tags: [{ Key: "fleetkeeper:fleet" }] });
    const ended = await life.run("destroy");
    expect(ended.stdout).toContain("nothing else is left");
    expect(ended.exit).toBe(0);
    for (const id of [guest, namesake]) expect(await stateOf(id)).toBe("running");
  });

  /** Somebody else's instance: with the fleet's machine profile and group, in its subnet; or in a network of its own. */
  async function stranger(of: { readonly guest: true } | { readonly tags: Readonly<Record<string, string>> }) {
    const { ec2 } = life.fleet;
    const tags = "tags" in of ? of.tags : { Name: "somebody-else" };
    const place = {
      SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
      SecurityGroupIds: [await groupId("fleetkeeper-acme-machine")],
      IamInstanceProfile: { Name: "acme-machine" },
    };
    const { Instances = [] } = await ec2.runInstances({
      ImageId: "ami-0b1b2c3d4e5f60001",
      InstanceType: "m5.large",
      MinCount: 1,
      MaxCount: 1,
      ...("guest" in of ? place : {}),
      TagSpecifications: [
        { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    });
    return Instances[0]?.InstanceId ?? expect.fail("nothing was launched");
  }

  async function groupId(name: string): Promise<string> {
    const Filters = [{ Name: "group-name", Values: [name] }];
    const { SecurityGroups = [] } = await life.fleet.ec2.describeSecurityGroups({ Filters });
    return SecurityGroups[0]?.GroupId ?? expect.fail(`there is no group ${name}`);
  }

  /** Its owner takes it out of the fleet's group and profile. */
  async function leave(id: string): Promise<void> {
    const { ec2 } = life.fleet;
    const own = { GroupName: "strangers", Description: "strangers", VpcId: DEFAULT_WORLD.vpcId };
    const { GroupId = "" } = await ec2.createSecurityGroup(own);
    await ec2.modifyInstanceAttribute({ InstanceId: id, Groups: [GroupId] });
    const { IamInstanceProfileAssociations = [] } = await ec2.describeIamInstanceProfileAssociations({
      Filters: [{ Name: "instance-id", Values: [id] }],
    });
    for (const { AssociationId } of IamInstanceProfileAssociations)
      await ec2.disassociateIamInstanceProfile({ AssociationId });
    await life.wait(1);
  }

  async function stateOf(id: string): Promise<string | undefined> {
    const { Reservations = [] } = await life.fleet.ec2.describeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  }
});
