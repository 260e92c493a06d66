import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackage } from "../../sandbox/hosts/host-root.ts";
import { DEFAULT_WORLD } from "../../sandbox/services/ec2/world.ts";
import type { HostFleet } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";
import { fleetkeeper } from "./terminal.ts";

const minute = 60_000;

/** Machines that nobody's disk knows, on a fleet whose host really answers: by the commands that an operator types. */
describe("collection, from the command line", { shuffle: false }, () => {
  let fleet: HostFleet;
  let typed: TypedFleet;
  let serial = 0;
  const type = (line: string) => typed.type(line);
  const launch = async (): Promise<string> => {
    serial += 1;
    const name = `runner-t9wkyjhg-acme-build-${Math.floor(fleet.world.clock.now() / 1000)}-${String(serial).padStart(8, "0")}`;
    const Tags = [
      { Key: "Name", Value: name },
      { Key: "fleetkeeper:fleet", Value: "acme" },
    ];
    const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
    await fleet.ec2.importKeyPair({ KeyName: name, PublicKeyMaterial });
    const answer = await fleet.ec2.send(
      new RunInstancesCommand({
        ImageId: "ami-0b1b2c3d4e5f60001",
        InstanceType: "m5.large",
        MinCount: 1,
        MaxCount: 1,
        SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
        KeyName: name,
        IamInstanceProfile: { Name: "acme-machine" },
        TagSpecifications: [{ ResourceType: "instance", Tags }],
      }),
    );
    return answer.Instances?.[0]?.InstanceId ?? "";
  };
  const conditionOf = async () => {
    const { conditions } = JSON.parse((await type("status -o json")).stdout);
    return conditions.find(({ type: one }: { type: string }) => one === "GarbageCollected").reason;
  };
  /** docker-machine installs Docker on what it makes. */
  const installDocker = async (id: string) => {
    const files = await fleet.world.hosts?.host(id);
    const record = fleet.world.hosts?.record(id);
    if (files === undefined || record === undefined) throw new Error(`${id} runs nothing`);
    installPackage(files.root, "docker");
    record.packages["docker"] = "25.0.8";
    record.units["docker"] = { enabled: true, active: true };
  };
  const state = async (id: string) => {
    const { Reservations = [] } = await fleet.ec2.describeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  };

  beforeAll(async () => {
    typed = await TypedFleet.open();
    fleet = typed.fleet;
  });
  afterAll(() => typed[Symbol.asyncDispose]());

  it("an empty disk with its sentinel is an answer: nothing is lost", async () => {
    const { exit, stdout, stderr } = await type("gc");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^NoOrphans: /);
    expect(exit).toBe(0);
    expect(await conditionOf()).toBe("NoOrphans");
  });

  it("a worker whose Docker doesn't answer is unknown, and is never deleted", async () => {
    const id = await launch();
    await fleet.world.clock.sleep(30 * minute);
    await installDocker(id);
    const docker = fleet.world.hosts?.record(id)?.units["docker"];
    if (docker !== undefined) docker.active = false;
    await type("reconcile");
    expect((await type(`gc --explain ${id}`)).stdout).toContain("): unknown");
    expect(await conditionOf()).toBe("EvidenceUnknown");
    await installDocker(id);
  });

  it("a single orphan is marked by reconciles, explained, kept, given back, and deleted by a sweep", async () => {
    const looked = JSON.parse((await type("gc -o json")).stdout);
    const id = looked.rows
      .find(({ verdict }: { verdict: string }) => verdict === "suspect")
      .subject.replace("instance/", "");
    for (let run = 0; run < 4; run += 1) {
      await type("reconcile");
      await fleet.world.clock.sleep(8 * minute);
    }
    expect(await conditionOf()).toBe("OrphansFound");
    expect((await type(`keep ${id}`)).exit).toBe(0);
    expect((await type("gc --sweep")).stdout).toBe("nothing to delete\n");
    expect((await type(`gc --explain ${id}`)).stdout).toContain("): protected");
    expect((await type(`unkeep ${id}`)).exit).toBe(0);
    for (let run = 0; run < 4; run += 1) {
      await type("reconcile");
      await fleet.world.clock.sleep(8 * minute);
    }
    expect((await type(`gc --explain ${id}`)).stdout).toContain("It may be deleted now.");
    expect((await type("gc --sweep")).stdout).toContain(`deleted  instance/${id}`);
    await fleet.world.clock.sleep(5 * minute);
    expect(await state(id)).toBe("terminated");
    // Its key pair is judged by the same road, last.
    expect((await type("gc")).stdout).toMatch(/suspect +key-pair\/runner-t9wkyjhg/);
    for (let run = 0; run < 5; run += 1) {
      await type("reconcile");
      await type("gc --sweep");
      await fleet.world.clock.sleep(8 * minute);
    }
    await type("reconcile");
    expect(await conditionOf()).toBe("NoOrphans");
  });

  it("seven at once blow the fuse: nothing is deleted but what a person names", async () => {
    const ids: string[] = [];
    for (let made = 0; made < 7; made += 1) ids.push(await launch());
    await fleet.world.clock.sleep(30 * minute);
    for (const id of ids) await installDocker(id);
    for (let run = 0; run < 4; run += 1) {
      await type("reconcile");
      await fleet.world.clock.sleep(8 * minute);
    }
    expect(await conditionOf()).toBe("FuseBlown");
    expect((await type("gc --sweep")).stdout).not.toContain("deleted");
    const [first = "", second = ""] = ids;
    expect((await type(`gc --approve ${first} ${second}`)).exit).toBe(0);
    const { deletions } = JSON.parse((await type("gc --sweep -o json")).stdout);
    const deleted = deletions.map(({ subject }: { subject: string }) => subject);
    expect(deleted.toSorted()).toEqual([`instance/${first}`, `instance/${second}`].toSorted());
    expect(await conditionOf()).toBe("FuseBlown");
  });

  it("deletes in no real account, and approves nothing that carries no mark", async () => {
    const far = await fleetkeeper(
      `gc --sweep --endpoint-url ${typed.url.replace("127.0.0.1", "0.0.0.0")} --bucket fleetkeeper-state`,
      { AWS_REGION: "eu-central-1" },
    );
    expect(far.stderr).toContain("SweepRefused");
    expect((await type("gc --approve i-0123456789abcdef0")).stderr).toContain("NotMarked");
  });
});
