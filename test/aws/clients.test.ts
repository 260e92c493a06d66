import { DescribeVpcsCommand, EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import type { AwsCall } from "../../shared/aws/call.ts";
import { readerClient, writerClient } from "../../shared/aws/clients.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { cannedAws, socketError } from "./wire.ts";

const terminated = {
  status: 200,
  body: "<TerminateInstancesResponse><instancesSet/></TerminateInstancesResponse>",
};

test("a reader's client refuses to write before anything is sent", async () => {
  const { config, sent } = cannedAws([terminated]);
  const reader = readerClient(config, (settings) => new EC2Client(settings));
  await expect(reader.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }))).rejects.toMatchObject({
    code: "WriteRefused",
  });
  expect(sent).toEqual([]);
});

test("a reader's client reads", async () => {
  const { config } = cannedAws([
    {
      status: 200,
      body: "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>",
    },
  ]);
  const reader = readerClient(config, (settings) => new EC2Client(settings));
  const answer = await reader.send(new DescribeVpcsCommand({}));
  expect(answer.Vpcs?.map((vpc) => vpc.VpcId)).toEqual(["vpc-1"]);
});

test("a writer asks for leave right before each attempt, retries included", async () => {
  let asked = 0;
  const { config, sent } = cannedAws([socketError("ECONNRESET"), { status: 503, body: "" }, terminated]);
  const writer = writerClient(
    config,
    (settings) => new EC2Client(settings),
    () => {
      asked += 1;
    },
  );
  await writer.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }));
  expect(asked).toBe(3);
  expect(sent).toHaveLength(3);
});

test("a lease lost between two attempts stops the call, and the second attempt is never sent", async () => {
  let leave = 1;
  const { config, sent } = cannedAws([socketError("ECONNRESET"), terminated]);
  const writer = writerClient(
    config,
    (settings) => new EC2Client(settings),
    () => {
      if (leave === 0) throw new Failure({ code: "LeaseLost", class: "retry", message: "the lease has run out" });
      leave -= 1;
    },
  );
  await expect(writer.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }))).rejects.toMatchObject({
    code: "LeaseLost",
  });
  expect(sent).toHaveLength(1);
});

test("every attempt is told with its outcome, and the user agent names the program", async () => {
  const calls: AwsCall[] = [];
  const { config, sent } = cannedAws(
    [
      {
        status: 503,
        body: "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>",
      },
      terminated,
    ],
    { onCall: (call) => calls.push(call), version: "1.2.3" },
  );
  const writer = writerClient(
    config,
    (settings) => new EC2Client(settings),
    () => undefined,
  );
  await writer.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }));
  expect(calls).toEqual([
    {
      service: "EC2",
      operation: "TerminateInstances",
      write: true,
      attempt: 1,
      milliseconds: 0,
      outcome: "RequestLimitExceeded",
    },
    { service: "EC2", operation: "TerminateInstances", write: true, attempt: 2, milliseconds: 0, outcome: "ok" },
  ]);
  expect(sent[0]?.headers["user-agent"]).toContain("fleetkeeper/1.2.3");
});

test("buckets are addressed by path at an endpoint of the user's", async () => {
  const { config, sent } = cannedAws([{ status: 200 }]);
  const reader = readerClient(config, (settings) => new S3Client(settings));
  await reader.send(new HeadBucketCommand({ Bucket: "acme-state" }));
  expect(sent[0]?.path).toMatch(/^\/acme-state\/?$/);
});

test("a wrong clock of this machine doesn't make a refusal be asked for again", async () => {
  const { config, sent } = cannedAws([
    {
      status: 404,
      headers: { date: "Thu, 01 Jan 2015 00:00:00 GMT" },
      body: "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>m</Message></Error></ErrorResponse>",
    },
  ]);
  const reader = readerClient(config, (settings) => new IAMClient(settings));
  await expect(reader.send(new GetRoleCommand({ RoleName: "acme-host" }))).rejects.toThrow();
  expect(sent).toHaveLength(1);
});
