import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { publishedTo, SNS_STATE } from "../../sandbox/services/sns/state.ts";
import { readStatus } from "../../shared/store/fleet-store.ts";
import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";

const all = "[Accepted, Rejected, Drifted, Healed, ApprovalNeeded, Stalled, Failed]";

async function body(events: string, format: string): Promise<string> {
  const topic = `{ arn: "arn:aws:sns:eu-central-1:123456789012:acme-gitlab", events: ${events}, format: ${format} }`;
  return (await sampleFile("cloud")).replace("    topics: []", `    topics: [${topic}]`);
}

/** A fleet at rest under a file with a topic. */
export async function atRest(events = all, format = "Text") {
  const world = await FleetWorld.open();
  await new SNSClient(world.settings()).send(new CreateTopicCommand({ Name: "acme-gitlab" }));
  const reconciler = await world.reconciler();
  const file = await body(events, format);
  await world.push(reconciler, "acme", file, 1);
  await world.run(reconciler, "acme");
  const told = () => publishedTo(world.sandbox.state(SNS_STATE), "acme-gitlab");
  const titles = () => told().map(({ subject = "" }) => subject.replace("[fleetkeeper] acme: ", ""));
  const status = async () => (await readStatus(reconciler.store, "acme"))?.value;
  const notified = async () => (await status())?.conditions.find(({ type }) => type === "Notified");
  const run = (request: Parameters<FleetWorld["run"]>[2] = {}) => world.run(reconciler, "acme", request);
  const push = (text: string, sequence: number) => world.push(reconciler, "acme", text, sequence);
  return { world, reconciler, file, told, titles, status, notified, run, push };
}
