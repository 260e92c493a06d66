import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { afterEach, expect, test } from "vitest";
import { type RunningSandbox, startSandbox } from "../../sandbox/start.ts";

const running: RunningSandbox[] = [];
const directories: string[] = [];

afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function start(directory?: string): Promise<RunningSandbox> {
  const sandbox = await startSandbox({
    now: () => Date.now(),
    port: 0,
    ...(directory === undefined ? {} : { directory }),
  });
  running.push(sandbox);
  return sandbox;
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "sandbox-"));
  directories.push(directory);
  return directory;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function settings(endpoint: string) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  return { endpoint, region: "eu-central-1", credentials, maxAttempts: 1 };
}

test("unmodified clients of every protocol work over loopback", async () => {
  const { url } = await start();
  const s3 = new S3(settings(url));
  await s3.createBucket({ Bucket: "acme", CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } });
  await s3.putObject({ Bucket: "acme", Key: "a b", Body: "hello" });
  expect(await (await s3.getObject({ Bucket: "acme", Key: "a b" })).Body?.transformToString()).toBe("hello");
  await expect(s3.headObject({ Bucket: "acme", Key: "none" })).rejects.toMatchObject({ name: "NotFound" });
  expect((await new EC2(settings(url)).describeVpcs({})).Vpcs).not.toHaveLength(0);
  await expect(new IAM(settings(url)).getRole({ RoleName: "none" })).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
  expect((await new STS(settings(url)).getCallerIdentity({})).Account).toBe("123456789012");
});

test("buckets in the host's name are found too", async () => {
  const { url } = await start();
  const s3 = new S3({ ...settings(url.replace("127.0.0.1", "localhost")), forcePathStyle: true });
  await s3.createBucket({ Bucket: "acme", CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } });
  const { connect } = await import("node:net");
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const credential = "AKID/20261124/eu-central-1/s3/aws4_request";
  socket.write(
    `GET /?location HTTP/1.1\r\nHost: acme.localhost\r\nAuthorization: AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0\r\nConnection: close\r\n\r\n`,
  );
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  expect(text).toContain(">eu-central-1</LocationConstraint>");
});

test("it listens on loopback only, and not to web pages", async () => {
  const { url } = await start();
  expect(new URL(url).hostname).toBe("127.0.0.1");
  const answer = await fetch(`${url}/_sandbox/health`, { headers: { origin: "https://example.com" } });
  expect(answer.status).toBe(403);
});

test("a reset breaks the connection, a truncated body too", async () => {
  const { url, sandbox } = await start();
  const s3 = new S3(settings(url));
  await s3.createBucket({ Bucket: "acme", CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } });
  await s3.putObject({ Bucket: "acme", Key: "k", Body: "0123456789" });
  sandbox.faults.add({ operation: "HeadBucket", effect: { type: "reset" } });
  await expect(s3.headBucket({ Bucket: "acme" })).rejects.toMatchObject({ code: "ECONNRESET" });
  sandbox.faults.add({ operation: "GetObject", effect: { type: "truncate", bytes: 4 } });
  const { Body } = await s3.getObject({ Bucket: "acme", Key: "k" });
  await expect(Body?.transformToString()).rejects.toThrow();
});

test("the control endpoint sets faults, moves the clock and shows calls and state", async () => {
  const { url } = await start();
  const s3 = new S3(settings(url));
  const control = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect((await control("GET", "health")).body).toMatchObject({ ok: true, account: "123456789012" });
  const before = (await control("GET", "clock")).body["now"];
  await control("POST", "clock", { advance: 3_600_000 });
  const after = (await control("GET", "clock")).body["now"];
  expect(Number(after) - Number(before)).toBeGreaterThanOrEqual(3_600_000);
  const rule = { operation: "ListBuckets", times: 1, effect: { type: "error", code: "InternalError", status: 500 } };
  expect(await control("POST", "faults", rule)).toMatchObject({ status: 200, body: { id: 1 } });
  await expect(s3.listBuckets({})).rejects.toMatchObject({ name: "InternalError" });
  await s3.listBuckets({});
  expect((await control("GET", "faults")).body["fired"]).toHaveLength(1);
  expect(await control("POST", "faults", { operaton: "x", effect: { type: "reset" } })).toMatchObject({
    status: 400,
    body: { error: "the rule has no operaton" },
  });
  await control("DELETE", "faults");
  expect((await control("GET", "faults")).body["rules"]).toEqual([]);
  expect((await control("GET", "calls")).body).toHaveLength(2);
  expect((await control("GET", "state")).body).toHaveProperty("s3");
  expect((await control("GET", "nonsense")).status).toBe(404);
});

test("state survives a restart, and ids don't start again", async () => {
  const directory = await temporary();
  const first = await start(directory);
  const s3 = new S3(settings(first.url));
  await s3.createBucket({ Bucket: "acme", CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } });
  await s3.putBucketVersioning({ Bucket: "acme", VersioningConfiguration: { Status: "Enabled" } });
  const one = await s3.putObject({ Bucket: "acme", Key: "k", Body: "1", Metadata: { sequence: "7" } });
  await running.pop()?.close();

  const second = await start(directory);
  const again = new S3(settings(second.url));
  const got = await again.getObject({ Bucket: "acme", Key: "k" });
  expect(await got.Body?.transformToString()).toBe("1");
  expect(got).toMatchObject({ Metadata: { sequence: "7" }, VersionId: one.VersionId });
  const two = await again.putObject({ Bucket: "acme", Key: "k", Body: "2" });
  expect(two.VersionId).not.toBe(one.VersionId);
});

test("a damaged state file is refused, not overwritten", async () => {
  const directory = await temporary();
  await writeFile(join(directory, "sandbox.json"), "{ half");
  await expect(start(directory)).rejects.toThrow(/move it away/);
  expect(await readFile(join(directory, "sandbox.json"), "utf8")).toBe("{ half");
});

test("a state that can't be kept is no success", async () => {
  const directory = await temporary();
  const { url } = await start(directory);
  const s3 = new S3(settings(url));
  // In the way of the file that is written before it takes the old one's place.
  await mkdir(join(directory, "sandbox.json.next"));
  let count = 0;
  const create = () => {
    count += 1;
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" } as const;
    return s3.createBucket({ Bucket: `acme-${count}`, CreateBucketConfiguration });
  };
  await expect.poll(() => create().then(() => 200, statusOf)).toBe(500);
  await rm(join(directory, "sandbox.json.next"), { recursive: true });
  await running
    .pop()
    ?.close()
    .catch(() => undefined);
});

test("a directory is one running sandbox's at a time", async () => {
  const directory = await temporary();
  await writeFile(join(directory, "sandbox.lock"), String(process.ppid));
  await expect(start(directory)).rejects.toThrow(/held by process/);
  // No process has the highest number there is.
  await writeFile(join(directory, "sandbox.lock"), "4194304");
  await start(directory);
  await running.pop()?.close();
  await start(directory);
});

test("an unsigned request and an unknown service are told so in their own protocol", async () => {
  const { url } = await start();
  const query = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Action=DescribeVpcs",
  });
  expect(query.status).toBe(403);
  expect(await query.text()).toContain("<Code>MissingAuthenticationToken</Code>");
  const json = await fetch(url, { method: "POST", headers: { "x-amz-target": "AmazonSSM.GetParameter" }, body: "{}" });
  expect(await json.json()).toMatchObject({ __type: "MissingAuthenticationToken" });
  const credential = "AKID/20261124/eu-central-1/rds/aws4_request";
  const unknown = await fetch(url, {
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0` },
  });
  expect(unknown.status).toBe(501);
});
