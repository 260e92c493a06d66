import {
  CreateTagsCommand,
  DeleteKeyPairCommand,
  DeleteTagsCommand,
  EC2Client,
  ImportKeyPairCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { DEFAULT_WORLD } from "../../sandbox/services/ec2/world.ts";
import { synthesise, type Templates } from "../infra/synthesis.ts";
import { credentialsOf } from "./deployed.ts";
import { account, region } from "./environment.ts";
import { FunctionWorld, rootSettings } from "./function-world.ts";

const isRefusal = { name: expect.stringMatching(/^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/) };
const Bucket = `fleetkeeper-state-${account}-${region}`;
let templates: Templates;
let world: FunctionWorld;

beforeAll(() => {
  templates = synthesise();
}, 60_000);
beforeEach(async () => {
  world = await FunctionWorld.open({ templates });
});

const root = () => new EC2Client(rootSettings(world.sandbox));

function as(role: "reconcile" | "collect" | "ask", fleet = "acme") {
  const credentials = credentialsOf(world.sandbox, `fleetkeeper-${role}-worker`, fleet);
  const settings = { ...rootSettings(world.sandbox), credentials };
  return {
    ec2: new EC2Client(settings),
    iam: new IAMClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    ssm: new SSMClient(settings),
  };
}

/** An instance that somebody launched with these tags. */
async function launch(tags: Readonly<Record<string, string>>, profile?: string): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key: `fleetkeeper:${Key}`, Value }));
  const { Instances = [] } = await root().send(
    new RunInstancesCommand({
      ImageId: "ami-0b1b2c3d4e5f60001",
      InstanceType: "m5.large",
      MinCount: 1,
      MaxCount: 1,
      SubnetId: DEFAULT_WORLD.machineSubnetIds[0],
      ...(profile === undefined ? {} : { IamInstanceProfile: { Name: profile } }),
      ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "instance" as const, Tags }] }),
    }),
  );
  return Instances[0]?.InstanceId ?? "";
}

async function profileOf(fleet: string): Promise<string> {
  const iam = new IAMClient(rootSettings(world.sandbox));
  const Principal = { Service: "ec2.amazonaws.com" };
  const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const name = `${fleet}-machine`;
  const where = { Path: `/fleetkeeper/${fleet}/` };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new CreateRoleCommand({ ...where, RoleName: name, AssumeRolePolicyDocument }));
  await iam.send(new CreateInstanceProfileCommand({ ...where, InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
  return name;
}

const terminate = (id: string) => new TerminateInstancesCommand({ InstanceIds: [id] });
const marked = { fleet: "acme", orphan: "2026-11-24" };

test("collect terminates what carries a mark and the fleet's tag", async () => {
  await expect(as("collect").ec2.send(terminate(await launch(marked)))).resolves.toBeDefined();
});

test("or a mark and the fleet's profile, where docker-machine never tagged it", async () => {
  const id = await launch({ orphan: "2026-11-24" }, await profileOf("acme"));
  await expect(as("collect").ec2.send(terminate(id))).resolves.toBeDefined();
});

test.each([
  ["a machine without a mark", { fleet: "acme" }],
  ["another fleet's machine, mark or not", { ...marked, fleet: "tiny" }],
  ["a fleet's whose name only begins so", { ...marked, fleet: "acme-eu" }],
  ["a marked host", { ...marked, kind: "host" }],
  ["a marked machine that a person keeps", { ...marked, keep: "" }],
  ["a marked instance that is nobody's", { orphan: "2026-11-24" }],
])("collect is refused the end of %s", async (_, tags) => {
  await expect(as("collect").ec2.send(terminate(await launch(tags)))).rejects.toMatchObject(isRefusal);
});

test("collect is refused the end of another fleet's machine with its own profile", async () => {
  const id = await launch({ orphan: "2026-11-24" }, await profileOf("tiny"));
  await expect(as("collect").ec2.send(terminate(id))).rejects.toMatchObject(isRefusal);
});

test("who terminates can't mark, and who marks can't terminate", async () => {
  const id = await launch({ fleet: "acme" });
  const mark = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "fleetkeeper:orphan", Value: "x" }] });
  const unmark = new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "fleetkeeper:orphan" }] });
  await expect(as("collect").ec2.send(mark)).rejects.toMatchObject(isRefusal);
  await expect(as("collect").ec2.send(unmark)).rejects.toMatchObject(isRefusal);
  await as("reconcile").ec2.send(mark);
  await expect(as("reconcile").ec2.send(terminate(id))).rejects.toMatchObject(isRefusal);
  await as("collect").ec2.send(terminate(id));
});

test("a mark can be put in the ledger by reconcile alone, and collect writes nothing of the file's", async () => {
  const put = (name: string) => new PutObjectCommand({ Bucket, Key: `fleets/acme/${name}`, Body: "{}" });
  for (const name of ["collection/ledger.json", "desired.yaml", "accepted.yaml", "status.json", "approvals.json"]) {
    await expect(as("collect").s3.send(put(name)), name).rejects.toMatchObject(isRefusal);
  }
  await expect(as("collect").s3.send(put("collection/sweeps.json"))).resolves.toBeDefined();
  await expect(as("collect", "tiny").s3.send(put("collection/sweeps.json"))).rejects.toMatchObject(isRefusal);
  await expect(as("reconcile").s3.send(put("collection/ledger.json"))).resolves.toBeDefined();
});

test("collect makes nothing", async () => {
  const { ec2, iam } = as("collect");
  const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
  const calls = [
    () => ec2.send(new RunInstancesCommand({ ImageId: "ami-0b1b2c3d4e5f60001", MinCount: 1, MaxCount: 1 })),
    () => ec2.send(new ImportKeyPairCommand({ KeyName: "runner-x-acme-1", PublicKeyMaterial })),
    () => iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "x", Path: "/fleetkeeper/acme/" })),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject(isRefusal);
});

test("key pairs are deleted by their names: a machine's of this fleet, and no other", async () => {
  const { ec2 } = as("collect");
  await expect(ec2.send(new DeleteKeyPairCommand({ KeyName: "runner-t9-acme-build-1" }))).resolves.toBeDefined();
  for (const KeyName of ["ada", "runner-t9-tiny-build-1", "acme"]) {
    await expect(ec2.send(new DeleteKeyPairCommand({ KeyName })), KeyName).rejects.toMatchObject(isRefusal);
  }
});

test("machines are asked by one document alone, and by the one role that has no other", async () => {
  const machine = await launch({ fleet: "acme" });
  const untagged = await launch({});
  const host = await launch({ fleet: "acme", kind: "host" });
  const other = await launch({ fleet: "tiny" });
  const send = (role: "reconcile" | "collect" | "ask", document: string, id: string) =>
    as(role).ssm.send(new SendCommandCommand({ DocumentName: document, InstanceIds: [id] }));
  const refused: readonly (readonly ["reconcile" | "collect" | "ask", string, string])[] = [
    ["ask", "fleetkeeper-list-jobs", other],
    ["ask", "fleetkeeper-list-jobs", host],
    ["ask", "fleetkeeper-compose", machine],
    ["ask", "AWS-RunShellScript", machine],
    ["ask", "AWS-RunShellScript", untagged],
    ["reconcile", "fleetkeeper-compose", machine],
    ["reconcile", "fleetkeeper-list-jobs", machine],
    ["collect", "fleetkeeper-list-jobs", untagged],
    ["collect", "fleetkeeper-compose", host],
    ["collect", "AWS-RunShellScript", host],
  ];
  for (const [role, document, id] of refused) {
    await expect(send(role, document, id), `${role} ${document}`).rejects.toMatchObject(isRefusal);
  }
  // These get past IAM; no agent is registered here.
  for (const id of [machine, untagged]) {
    await expect(send("ask", "fleetkeeper-list-jobs", id)).rejects.not.toMatchObject(isRefusal);
  }
});

test("each function becomes its own workers and nobody else's", async () => {
  const become = (name: string, worker: string) =>
    new STSClient({
      ...rootSettings(world.sandbox),
      credentials: credentialsOf(world.sandbox, `fleetkeeper-${name}`),
    }).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/fleetkeeper-${worker}-worker`,
        RoleSessionName: "acme",
        Tags: [{ Key: "fleet", Value: "acme" }],
      }),
    );
  const may = new Set(["plan plan", "reconcile reconcile", "reconcile ask", "collect collect", "collect ask"]);
  for (const name of ["plan", "reconcile", "collect"]) {
    for (const worker of ["plan", "reconcile", "collect", "ask"]) {
      const becoming = expect(become(name, worker), `${name} ${worker}`);
      if (may.has(`${name} ${worker}`)) await becoming.resolves.toBeDefined();
      else await becoming.rejects.toMatchObject(isRefusal);
    }
  }
});
