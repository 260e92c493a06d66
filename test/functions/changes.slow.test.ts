import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addApprovals } from "../../shared/store/approvals.ts";
import { readStatus } from "../../shared/store/fleet-store.ts";
import { BackupBucket } from "../harness/backup-bucket.ts";
import { synthesise } from "../infra/synthesis.ts";
import { rootSettings } from "./function-world.ts";
import { HostLife } from "./host-life.ts";
import { PeopleRole } from "./people-role.ts";
import { expectProof, refusals } from "./proof.ts";

const day = 86_400_000;
type Edit = (body: string) => string;

/** The sample without maintenance windows, of which everything may be deleted, and which keeps little. */
const sample: Edit = (body) =>
  body
    .replace(/\n {2}maintenance:[\s\S]*?(?=\n {2}notifications:)/, "\n")
    .replaceAll("deletionPolicy: Retain", "deletionPolicy: Delete")
    .replace(/^( *)bucket: acme-gitlab-backups.*$/m, "$&\n$1deletionPolicy: Delete")
    .replace("retention: { days: 30, minimum: 3 }", "retention: { days: 1, minimum: 1 }")
    .replace("snapshots: { enabled: true, keep: 7 }", "snapshots: { enabled: true, keep: 1 }");

/** Changes of the file and approved replacements, each call judged by the synthesised roles. */
describe("changes and approvals under the deployed permissions", { shuffle: false }, () => {
  let life: HostLife;
  let people: PeopleRole;
  let edits: readonly Edit[] = [sample];
  beforeAll(async () => {
    life = await HostLife.open(synthesise(), sample);
    people = await PeopleRole.open(life.world, "acme");
    await life.settle();
  });
  afterAll(async () => {
    await people.close();
    await life.close();
  });

  const change = async (edit: Edit) => {
    edits = [...edits, edit];
    await life.push((body) => edits.reduce((text, one) => one(text), body));
    await life.tick();
  };
  /** Ids that the status asks to be approved, of targets that fit. */
  const asked = async (target: RegExp): Promise<readonly string[]> => {
    const status = await readStatus(life.world.store, "acme");
    return Object.values(status?.value.resources ?? {})
      .filter(({ kind, name }) => target.test(`${kind}/${name}`))
      .flatMap(({ message }) => /--approve ([0-9a-f]{12})/.exec(message ?? "")?.[1] ?? []);
  };
  const refused = () => refusals(life.world.enforcement.judgements);

  test("volumes grow, the host takes another type, a pool another template: by the functions alone", async () => {
    const { InstanceId } = await life.instance();
    await change((body) =>
      body
        .replace("sizeGiB: 200", "sizeGiB: 300")
        .replace("instanceType: t3.xlarge", "instanceType: m5.xlarge")
        .replace("spot: true # default", "rootSizeGiB: 80"),
    );
    await life.settle();
    expect(refused()).toEqual([]);
    expect(await life.dataVolume()).toMatchObject({ Size: 300 });
    expect(await life.instance()).toMatchObject({ InstanceId, InstanceType: "m5.xlarge" });
  });

  test("backups and snapshots that the file doesn't keep go", async () => {
    const bucket = new BackupBucket(rootSettings(life.world.sandbox));
    const [first] = await bucket.manifests();
    const { Snapshots: before = [] } = await life.ec2.describeSnapshots({ OwnerIds: ["self"] });
    expect(before).toHaveLength(1);
    for (let days = 0; days < 3; days += 1) {
      await life.world.clock.sleep(day);
      await life.settle();
    }
    expect(refused()).toEqual([]);
    expect(await bucket.manifests()).not.toContain(first);
    const { Snapshots: after = [] } = await life.ec2.describeSnapshots({ OwnerIds: ["self"] });
    expect(after.map(({ SnapshotId }) => SnapshotId)).not.toContain(before[0]?.SnapshotId);
  });

  test("a person in people's role goes back to a snapshot, and rehearses the restore of a backup", async () => {
    const { VolumeId: old } = await life.dataVolume();
    const { Snapshots: [snapshot] = [] } = await life.ec2.describeSnapshots({ OwnerIds: ["self"] });
    const command = `restore --snapshot ${snapshot?.SnapshotId}`;
    const plan = await people.type(command);
    expect(plan.exit, plan.stderr).toBe(2);
    const back = await people.type(`${command} --approve ${/--approve ([0-9a-f]{12})/.exec(plan.stderr)?.[1]}`);
    expect(back, back.stderr).toMatchObject({ exit: 0, stdout: expect.stringContaining(`${old} is kept`) });
    await life.settle();
    expect((await life.dataVolume()).VolumeId).not.toBe(old);

    const [manifest = ""] = await new BackupBucket(rootSettings(life.world.sandbox)).manifests();
    const { id } = JSON.parse(manifest) as { readonly id: string };
    const rehearsed = await people.type(`restore --backup ${id} --rehearse`);
    expect(rehearsed, rehearsed.stderr).toMatchObject({ exit: 0, stdout: expect.stringContaining("can be restored") });
    expect(refused()).toEqual([]);
  });

  test("a role of another name leaves the old one to be deleted by the functions, once a person approved it", async () => {
    await change((body) => body.replace("name: acme-machine", "name: acme-runner"));
    await life.tick();
    const approvals = (await asked(/^iam\/stale-/)).map((actionId) => ({
      actionId,
      by: "ada",
      at: life.world.clock.now(),
    }));
    expect(approvals).toHaveLength(2);
    await addApprovals(life.world.store, "acme", approvals);
    await life.settle();
    expect(refused()).toEqual([]);
    await expect(life.iam.getRole({ RoleName: "acme-machine" })).rejects.toThrow();
  });

  test("another image replaces the host by the role that people assume, as they approve it", async () => {
    const before = await life.instance();
    const { VolumeId } = await life.dataVolume();
    await change((body) =>
      body.replace(/ami: \{ ssm: \/aws\/service\/ami-amazon[^}]*\}/, "ami: { id: ami-0a1b2c3d4e5f60002 }"),
    );
    const ids = await asked(/^host\/instance$/);
    expect(ids).toHaveLength(1);
    await people.type(`reconcile --approve ${ids.join(" ")}`);
    await people.settle(life);
    expect(refused()).toEqual([]);
    const after = await life.instance();
    expect(after).toMatchObject({ ImageId: "ami-0a1b2c3d4e5f60002" });
    expect(after.InstanceId).not.toBe(before.InstanceId);
    expect(await life.dataVolume()).toMatchObject({ VolumeId, Attachments: [{ InstanceId: after.InstanceId }] });
  });

  test("what left the file goes by that role too: a role and its profile, a pool", async () => {
    await change((body) => body.replace("name: acme-runner", "name: acme-builder"));
    await change((body) => body.replace(/\n {6}- name: next\n[\s\S]*?(?=\n {2}garbageCollection:)/, "\n"));
    await life.tick();
    // Each waits for the one before it, and then for a yes of its own.
    for (let rounds = 0; rounds < 6 && (await life.unsettled()).length > 0; rounds += 1) {
      const ids = new Set(await asked(/^(iam\/stale-|pool\/)/));
      await people.type(ids.size > 0 ? `reconcile --approve ${[...ids].join(" ")}` : "reconcile --force");
      await life.world.clock.sleep(60_000);
    }
    expect(await life.unsettled()).toEqual([]);
    expect(refused()).toEqual([]);
    const { AutoScalingGroups } = await life.scaling.describeAutoScalingGroups({});
    expect(AutoScalingGroups).toEqual([]);
    await expectProof("changes", life.world.enforcement.judgements);
  });
});
