import { EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { IamEnforcement } from "../../sandbox/iam-enforcement/enforcement.ts";
import { BackupBucket } from "../harness/backup-bucket.ts";
import { endFleet } from "../harness/ending-fleet.ts";
import { stateBucket } from "../harness/fleet-world.ts";
import { HostFleet } from "../harness/host-fleet.ts";
import { synthesise, type Templates } from "../infra/synthesis.ts";
import { credentialsOf, deployRoles } from "./deployed.ts";
import { account, region } from "./environment.ts";
import { expectProof } from "./proof.ts";

const role = "fleetkeeper-teardown";
const isRefusal = { name: expect.stringMatching(/^(AccessDenied|UnauthorizedOperation)$/) };

/** Of an installation whose state bucket is the test's. */
function templates(): Templates {
  const text = JSON.stringify(synthesise()).replaceAll(`fleetkeeper-state-${account}-${region}`, stateBucket);
  return JSON.parse(text) as Templates;
}

test("people's teardown role suffices to take a whole fleet down, data and all, and reaches nothing else", async () => {
  const enforcement = new IamEnforcement();
  const edit = (body: string) =>
    body
      .replaceAll("deletionPolicy: Retain", "deletionPolicy: Delete")
      .replace(/^( *)bucket: acme-gitlab-backups.*$/m, "$&\n$1deletionPolicy: Delete")
      .replace(/# permissionsBoundary: .*/, `permissionsBoundary: arn:aws:iam::${account}:policy/fleetkeeper-boundary`);
  const fleet = await HostFleet.open(true, edit, undefined, enforcement.authorize);
  try {
    const { world } = fleet;
    await deployRoles(templates(), world.settings());
    await fleet.settle(20);
    enforcement.attach(world.sandbox);
    const credentials = credentialsOf(world.sandbox, role, "acme");

    const { InstanceId } = await fleet.instance();
    const stranger = await fleet.ec2.runInstances({
      ImageId: "ami-0b1b2c3d4e5f60001",
      InstanceType: "m5.large",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "fleetkeeper:fleet", Value: "acme" }] }],
    });
    const InstanceIds = [stranger.Instances?.[0]?.InstanceId ?? ""];
    const settings = { ...world.settings(), credentials };
    const ec2 = new EC2Client(settings);
    await expect(ec2.send(new TerminateInstancesCommand({ InstanceIds })), "a machine").rejects.toMatchObject(
      isRefusal,
    );
    const other = credentialsOf(world.sandbox, role, "tiny");
    const elsewhere = new EC2Client({ ...settings, credentials: other });
    await expect(
      elsewhere.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] })),
      "another fleet's host",
    ).rejects.toMatchObject(isRefusal);
    const s3 = new S3Client({ ...settings, forcePathStyle: true });
    const file = { Bucket: stateBucket, Key: "fleets/acme/desired.yaml", Body: "x" };
    await expect(s3.send(new PutObjectCommand(file)), "another file in force").rejects.toMatchObject(isRefusal);
    await fleet.ec2.terminateInstances({ InstanceIds });
    await world.clock.sleep(300_000);
    enforcement.judgements.length = 0;

    const held = await endFleet(world, "acme", { data: true, credentials });
    expect({ end: held.end, held: held.last?.held.map(({ target }) => target.name) }).toEqual({
      end: "Failed",
      held: ["acme-gitlab-backups"],
    });
    await new BackupBucket(world.settings()).empty();
    await world.clock.sleep(60_000);
    const { end, proof, last } = await endFleet(world, "acme", { data: true, credentials });
    expect({ end, held: last?.held }).toEqual({ end: "Gone", held: [] });
    expect(proof?.remnants).toEqual([]);
    await expectProof(
      "teardown",
      enforcement.judgements.filter((one) => one.role === role),
    );
  } finally {
    await fleet.close();
  }
});
