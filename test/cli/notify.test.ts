import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNS } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { publishedTo, SNS_STATE } from "../../sandbox/services/sns/state.ts";
import { loopback } from "./loopback.ts";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const arn = (name: string, account = "123456789012") => `arn:aws:sns:eu-central-1:${account}:${name}`;

async function fileWith(...topics: readonly string[]): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "fleet-")), "acme.fleet.yaml");
  const text = await readFile("test/harness/cloud.fleet.yaml", "utf8");
  const list = topics.map((topic) => `{ arn: "${topic}", format: Json }`).join(", ");
  await writeFile(file, text.replace("    topics: []", `    topics: [${list}]`));
  return file;
}

test("notify --test tries each topic, and says of each whether it took the message", async () => {
  await using cloud = await loopback();
  const sns = new SNS({ region: "eu-central-1", endpoint: cloud.url });
  await sns.createTopic({ Name: "acme-gitlab" });
  await cloud.type(["reconcile", "-f", await fileWith(arn("acme-gitlab"), arn("none"))]);
  const { exit, stdout } = await cloud.type("notify --test --fleet acme");
  expect(exit).toBe(1);
  expect(stdout).toContain(`sent   ${arn("acme-gitlab")}`);
  expect(stdout).toContain(
    `failed ${arn("none")}: telling ${arn("none")}: Topic does not exist (NotFound, SNS Publish`,
  );
  const [message] = publishedTo(cloud.aws.state(SNS_STATE), "acme-gitlab");
  expect(message).toMatchObject({ subject: "[fleetkeeper] acme: a test message" });
  expect(JSON.parse(message?.message ?? "")).toMatchObject({ version: 1, event: "Test", fleet: "acme" });
  const json = await cloud.type("notify --test -o json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    deliveries: [{ state: "sent" }, { state: "failed", code: "NotFound" }],
  });
});

test("doctor says of each topic whether it is there, whose it is, who may tell it and who hears", async () => {
  await using cloud = await loopback();
  const sns = new SNS({ region: "eu-central-1", endpoint: cloud.url });
  const { TopicArn } = await sns.createTopic({ Name: "acme-gitlab" });
  await sns.createTopic({ Name: "platform" });
  const file = await fileWith(arn("acme-gitlab"), arn("platform"), arn("none"), arn("other", "210987654321"));
  const said = async () => (await cloud.type(["doctor", file])).stdout;
  const first = await said();
  expect(first).toContain(`warning topic ${arn("acme-gitlab")}: nobody is subscribed`);
  expect(first).toContain(`warning topic ${arn("platform")}: the functions may tell it only where`);
  expect(first).toContain(`wrong   topic ${arn("none")}: there is no such topic`);
  expect(first).toContain(`warning topic ${arn("other", "210987654321")}: it is in another account`);
  await sns.subscribe({ TopicArn, Protocol: "email", Endpoint: "ops@example.com" });
  expect(await said()).toContain("1 subscribed, and nobody has confirmed it");
  await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-central-1:123456789012:q" });
  expect(await said()).toContain(`ok      topic ${arn("acme-gitlab")}: is there, 1 subscribed`);
  const Statement = [{ Effect: "Deny", Principal: "*", Action: "SNS:Publish", Resource: TopicArn }];
  const AttributeValue = JSON.stringify({ Version: "2012-10-17", Statement });
  await sns.setTopicAttributes({ TopicArn, AttributeName: "Policy", AttributeValue });
  expect(await said()).toContain("its policy denies sns:Publish to somebody");
});
