import { randomUUID } from "node:crypto";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { run } from "../../shared/engine/run.ts";
import { openReconciler } from "../../shared/reconciler/reconciler.ts";
import { pushRevision } from "../../shared/store/desired-revisions.ts";
import { fileOf, fleetName, plainShape } from "../chaos/fleet-shape.ts";
import { startMoto } from "./moto.ts";

const region = "eu-central-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

test("an AWS that others wrote is reconciled from nothing, left alone, and healed of drift", async () => {
  await using moto = await startMoto();
  const settings = { region, credentials, endpoint: moto.endpoint };
  const [ec2, iam, s3] = [new EC2(settings), new IAM(settings), new S3({ ...settings, forcePathStyle: true })];
  const vpc = (await ec2.describeVpcs({})).Vpcs?.[0]?.VpcId ?? "";
  const CreateBucketConfiguration = { LocationConstraint: region } as const;
  await s3.createBucket({ Bucket: "fk-state", CreateBucketConfiguration });
  const reconciler = await openReconciler({
    aws: settings,
    bucket: "fk-state",
    clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    clocks: { wall: () => Date.now(), monotonic: () => performance.now() },
    random: Math.random,
    newId: randomUUID,
    holder: "test",
  });
  // moto passes over the tags of CreateBucket, so that the bucket is made without the fleet's mark and has to be adopted.
  const body = fileOf({ ...plainShape, vpc, adopt: true });
  await pushRevision(reconciler.store, { fleet: fleetName, body, commit: "", sequence: 1, at: Date.now() });
  const reconcile = () =>
    run(reconciler.engine, fleetName, { requestId: randomUUID(), trigger: "manual", force: false });
  const outcomes = (record: Awaited<ReturnType<typeof reconcile>>) => [
    record.end,
    record.failure?.message,
    ...record.held.map(({ target, hold }) => `${target.kind}/${target.name} ${hold.message}`),
    ...record.actions.filter(({ outcome }) => outcome.state !== "applied").map(({ outcome }) => outcome),
  ];
  expect(outcomes(await reconcile())).toEqual(["Ready", undefined]);
  expect(await reconcile()).toMatchObject({ end: "Ready", actions: [] });

  const wide = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
  await iam.putRolePolicy({ RoleName: "acme-host", PolicyName: "admin", PolicyDocument: wide });
  await s3.deletePublicAccessBlock({ Bucket: plainShape.cache.bucket });
  const Filters = [{ Name: "group-name", Values: ["fleetkeeper-acme-host"] }];
  const GroupId = (await ec2.describeSecurityGroups({ Filters })).SecurityGroups?.[0]?.GroupId ?? "";
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
  const healed = await reconcile();
  expect(outcomes(healed)).toEqual(["Ready", undefined]);
  expect(healed.actions).toHaveLength(3);
  expect((await iam.listRolePolicies({ RoleName: "acme-host" })).PolicyNames).not.toContain("admin");
});
