import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { installPackage } from "../../sandbox/hosts/host-root.ts";
import { DEFAULT_WORLD } from "../../sandbox/services/ec2/world.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";

const minute = 60_000;
const machines = "/srv/fleetkeeper/machine/machines";
const AutoScalingGroupName = "acme-build-auto";

type Section = { readonly name: string };

/** From docker-machine to the autoscaler by the commands that an operator types: the new up, the old drained, its rest collected. */
describe("a move from docker+machine to docker-autoscaler", { shuffle: false }, () => {
  let typed: TypedFleet;
  let scaling: AutoScaling;
  let host: Awaited<ReturnType<TypedFleet["fleet"]["host"]>>;
  let file: string;
  let build: Section;
  let next: Section;
  let machine = { id: "", name: "" };
  let worker = "";

  const fleet = () => typed.fleet;
  const gitlab = () => fleet().world.hosts?.gitlab.state ?? expect.fail("no hosts run");
  const sections = () => host.files.files.text("/srv/fleetkeeper/runner/config.toml") ?? "";
  const pushed = async (fleets: readonly object[]) => {
    const body = parse(await sampleFile("acme"));
    body.spec.runners.fleets = fleets;
    await writeFile(file, JSON.stringify(body));
    expect(await typed.type(`push ${file}`)).toMatchObject({ exit: 0 });
  };
  /** Past the maintenance window, as a person asks for it. */
  const reconcile = async (most = 8) => {
    let last = await typed.type("reconcile --force");
    for (let runs = 1; runs < most && last.exit !== 0; runs += 1) {
      await fleet().world.clock.sleep(minute);
      last = await typed.type("reconcile --force");
    }
    return last;
  };
  const group = async () =>
    (await scaling.describeAutoScalingGroups({ AutoScalingGroupNames: [AutoScalingGroupName] })).AutoScalingGroups?.[0];
  const stateOf = async (id: string) => {
    const { Reservations = [] } = await fleet().ec2.describeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  };

  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), "fleet-")), "acme.fleet.yaml");
    const sample = parse(await sampleFile("acme"));
    [build] = sample.spec.runners.fleets;
    sample.spec.runners.fleets = [build];
    await writeFile(file, JSON.stringify(sample));
    typed = await TypedFleet.open(() => JSON.stringify(sample));
    scaling = new AutoScaling(fleet().world.settings());
    host = await fleet().host();
  }, 300_000);
  afterAll(() => typed[Symbol.asyncDispose]());

  it("begins with a machine of docker-machine at work", async () => {
    const [runner] = gitlab().runners;
    const short = (runner?.token ?? "").replace(/^glrt-(t[123]_)?/, "").slice(0, 9);
    const label = short.toLowerCase().replace(/[^-a-z0-9]/g, "");
    const name = `runner-${label}-acme-build-${Math.floor(fleet().world.clock.now() / 1000)}-0000000a`;
    const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
    await fleet().ec2.importKeyPair({ KeyName: name, PublicKeyMaterial });
    const { Instances } = await fleet().ec2.runInstances({
      ImageId: "ami-0b1b2c3d4e5f60001",
      InstanceType: "m6i.large",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
      KeyName: name,
      IamInstanceProfile: { Name: "acme-machine" },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "fleetkeeper:fleet", Value: "acme" }] }],
    });
    machine = { id: Instances?.[0]?.InstanceId ?? "", name };
    host.files.files.write(
      `${machines}/${name}/config.json`,
      JSON.stringify({ Name: name, Driver: { InstanceId: machine.id, KeyName: name } }),
    );
    await fleet().world.clock.sleep(30 * minute);
    expect((await typed.type(`gc --explain ${machine.id}`)).stdout).toContain("it is on the disk of");
  });

  it("brings the new fleet up beside the old one, which goes on", async () => {
    const converted = await typed.type(`convert --to docker-autoscaler -f ${file} -o json`);
    next = JSON.parse(converted.stdout).converted[0].fleet;
    await pushed([build, next]);
    const planned = await typed.type("plan");
    expect(planned.stdout).toContain("pool/template/acme-build-auto");
    expect(planned.stdout).toContain("pool/group/acme-build-auto");
    expect(await reconcile()).toMatchObject({ exit: 0 });
    expect(await group()).toMatchObject({ MinSize: 0, MaxSize: 20, DesiredCapacity: 0 });
    expect(gitlab().runners).toHaveLength(2);
    const text = sections();
    expect(text).toContain('name = "acme-build"');
    expect(text).toMatch(
      /plugin = "aws:1\.1\.0"[\s\S]*\[runners\.autoscaler\.plugin_config\]\s+name = "acme-build-auto"/,
    );
    expect(await stateOf(machine.id)).toBe("running");
    // The manager was made anew with the plugin, and knows its region.
    const image = host.files.files.text("/srv/fleetkeeper/stack/runner/Dockerfile") ?? "";
    expect(image).toContain("gitlab-runner fleeting");
    expect((await typed.type("plan")).exit).toBe(0);
  });

  it("is sized by the runner alone", async () => {
    await scaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 1 });
    await fleet().world.clock.sleep(minute);
    worker = (await group())?.Instances?.[0]?.InstanceId ?? "";
    expect(await stateOf(worker)).toBe("running");
    expect((await typed.type("plan")).exit).toBe(0);
    expect((await typed.type(`gc --explain ${worker}`)).stdout).toContain("): protected");
  });

  it("drains the old fleet once it left the file, however long its machine is at work", async () => {
    await pushed([next]);
    const draining = await reconcile(3);
    expect(draining.exit).toBe(2);
    expect((await typed.type("status")).stdout).toMatch(/drains: 0 jobs and 1 machines are left/);
    expect(gitlab().runners).toHaveLength(2);
    expect(await stateOf(machine.id)).toBe("running");
    // Its job ends, and docker-machine takes the directory away although the instance stays: as it does when it is killed.
    host.files.files.remove(`${machines}/${machine.name}`);
    expect(await reconcile()).toMatchObject({ exit: 0 });
    expect(gitlab().runners).toHaveLength(1);
    expect(sections()).not.toContain('name = "acme-build"\n');
    expect(sections()).toContain('name = "acme-build-auto"');
  });

  it("collects what the old fleet left, and touches nothing of the group", async () => {
    const files = await fleet().world.hosts?.host(machine.id);
    const record = fleet().world.hosts?.record(machine.id);
    if (files === undefined || record === undefined) throw new Error("the machine runs nothing");
    installPackage(files.root, "docker");
    record.packages["docker"] = "25.0.8";
    record.units["docker"] = { enabled: true, active: true };
    for (let run = 0; run < 6; run += 1) {
      await typed.type("reconcile");
      await fleet().world.clock.sleep(8 * minute);
    }
    expect((await typed.type("gc --sweep")).stdout).toContain(`deleted  instance/${machine.id}`);
    for (let run = 0; run < 6; run += 1) {
      await fleet().world.clock.sleep(8 * minute);
      await typed.type("reconcile");
      await typed.type("gc --sweep");
    }
    expect(await stateOf(machine.id)).toBe("terminated");
    const { KeyPairs = [] } = await fleet().ec2.describeKeyPairs({});
    expect(KeyPairs.map(({ KeyName }) => KeyName)).not.toContain(machine.name);
    expect(await stateOf(worker)).toBe("running");
    expect(await group()).toMatchObject({ DesiredCapacity: 1 });
  });
});
