import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect, test } from "vitest";
import { publishedTo, SNS_STATE } from "../../sandbox/services/sns/state.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { everything, synthesise } from "../infra/synthesis.ts";
import { credentialsOf } from "./deployed.ts";
import { account, region } from "./environment.ts";
import { tick } from "./events.ts";
import { FunctionWorld, rootSettings } from "./function-world.ts";
import { expectProof, takeRefused } from "./proof.ts";

const topic = (name: string) => `arn:aws:sns:${region}:${account}:${name}`;

test("under the deployed permissions a fleet's own topics are told, and no other fleet's", async () => {
  const world = await FunctionWorld.open({
    templates: synthesise({ ...everything, notificationTopics: { acme: [topic("platform")] } }),
  });
  const sns = new SNSClient(rootSettings(world.sandbox));
  for (const Name of ["acme-gitlab", "acme-next-gitlab", "platform"]) await sns.send(new CreateTopicCommand({ Name }));
  const told = (name: string) => publishedTo(world.sandbox.state(SNS_STATE), name).map(({ subject }) => subject);
  const sample = await sampleFile("cloud");
  const body = (...names: readonly string[]) => {
    const topics = names.map((name) => `{ arn: "${topic(name)}", events: [Accepted] }`);
    return sample.replace("    topics: []", `    topics: [${topics.join(", ")}]`);
  };
  const run = async (text: string, id: string) => {
    await world.push("acme", text);
    world.deliver("dispatch", tick(id));
    await world.settle();
  };
  await run(body("acme-gitlab", "platform"), "first");
  expect(told("acme-gitlab")).toEqual(["[fleetkeeper] acme: a new revision is in force"]);
  expect(told("platform")).toEqual(["[fleetkeeper] acme: a new revision is in force"]);
  expect(world.logged("NotificationSent")).toHaveLength(2);

  await run(body("acme-gitlab", "acme-next-gitlab", "fleetkeeper-alarms"), "second");
  expect(takeRefused(world.enforcement.judgements)).toEqual(["sns:Publish"]);
  expect(told("acme-gitlab")).toHaveLength(2);
  expect(told("acme-next-gitlab")).toEqual([]);
  expect(world.logged("NotificationFailed")).toMatchObject([
    { topic: topic("acme-next-gitlab"), of: "Accepted", code: "AccessDenied" },
    { topic: topic("fleetkeeper-alarms"), of: "Accepted", code: "AccessDenied" },
  ]);
  expect(world.logged("RunEnded").at(-1)).toMatchObject({ end: "Ready" });

  const publish = new PublishCommand({ TopicArn: topic("acme-gitlab"), Message: "x" });
  for (const role of ["fleetkeeper-plan-worker", "fleetkeeper-collect-worker", "fleetkeeper-ask-worker"]) {
    const other = new SNSClient({
      ...rootSettings(world.sandbox),
      credentials: credentialsOf(world.sandbox, role, "acme"),
    });
    await expect(other.send(publish), role).rejects.toMatchObject({ name: "AuthorizationErrorException" });
  }
  expect(takeRefused(world.enforcement.judgements)).toEqual(["sns:Publish"]);
  await expectProof("notifications", world.enforcement.judgements);
});
