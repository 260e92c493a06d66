import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { createSandbox } from "../../sandbox/aws.ts";
import { VirtualClock } from "../../sandbox/clock.ts";
import type { Host } from "../../sandbox/hosts/host.ts";
import type { HostRecord } from "../../sandbox/hosts/host-state.ts";
import { Hosts, type HostsOptions } from "../../sandbox/hosts/hosts.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { ec2StateKey } from "../../sandbox/services/ec2/service.ts";
import type { JsonObject } from "../../shared/engine/json.ts";
import {
  commandParameters,
  documentName,
  type Fence,
  type HostCommand,
} from "../../shared/resources/common/host-command.ts";
import { type HostFacts, readFacts } from "../../shared/resources/common/host-facts.ts";
import { type HostAnswer, parseHostOutput } from "../../shared/resources/common/host-output.ts";
import { factsRequest, type HostFile, hostPaths } from "../../shared/resources/common/host-request.ts";
import { publishDocuments } from "./host-documents.ts";

export const composeArtifact = {
  url: "https://downloads.example.com/docker-compose-linux-x86_64",
  sha256: "5".repeat(64),
};

export const stackServices = ["gitlab", "gitlab-runner", "prometheus"];

export function composeFileOf(runnerImage = "gitlab/gitlab-runner:v19.5.1"): HostFile {
  const content = `name: fleetkeeper
services:
  gitlab:
    image: gitlab/gitlab-ee:19.5.3-ee.0
    restart: unless-stopped
    volumes:
      - /srv/fleetkeeper/gitlab/config:/etc/gitlab
      - /srv/fleetkeeper/gitlab/data:/var/opt/gitlab
  gitlab-runner:
    image: ${runnerImage}
    restart: unless-stopped
    volumes:
      - /srv/fleetkeeper/runner:/etc/gitlab-runner
  prometheus:
    image: prom/prometheus:v3.5.0
    restart: unless-stopped
`;
  return { path: `${hostPaths.stack}/docker-compose.yaml`, content, mode: "0644" };
}

export const composeFile = composeFileOf();

const region = "eu-central-1";
const agent = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["ssm:*", "s3:*", "ssmmessages:*", "ec2messages:*"], Resource: "*" }],
};
const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** One instance with a data volume on a sandbox that runs our documents, without any of the product around it. */
export class HostWorld {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly hosts: Hosts;
  readonly ssm: SSMClient;
  readonly ec2: EC2Client;
  instanceId = "";
  volumeId = "";
  fence: Fence = { incarnation: "store-1", epoch: 1 };

  private constructor(options: HostsOptions) {
    this.clock = new VirtualClock(Date.UTC(2026, 10, 24, 12));
    this.hosts = new Hosts({ artifacts: { [composeArtifact.url]: composeArtifact.sha256 }, ...options });
    this.sandbox = createSandbox({ clock: this.clock, seed: 1, region, hosts: this.hosts });
    const settings = this.settings();
    this.ssm = new SSMClient(settings);
    this.ec2 = new EC2Client(settings);
  }

  static async open(options: HostsOptions = {}): Promise<HostWorld> {
    const world = new HostWorld(options);
    const iam = new IAMClient(world.settings());
    const RoleName = "host";
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify(agent);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "agent", PolicyDocument }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "host" }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "host", RoleName }));
    await publishDocuments(world.ssm);
    await world.launch();
    return world;
  }

  settings() {
    return {
      region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      endpoint: "http://sandbox.invalid",
      requestHandler: new SandboxHandler(this.sandbox),
    };
  }

  /** A new instance; on the data volume of the one before, where there was one. */
  async launch(): Promise<void> {
    const image = Object.values(this.sandbox.state(ec2StateKey()).images).find((one) => one.name.startsWith("al2023"));
    const run = new RunInstancesCommand({
      ImageId: image?.imageId ?? "",
      InstanceType: "t3.large",
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: "host" },
    });
    const { Instances = [] } = await this.ec2.send(run);
    this.instanceId = Instances[0]?.InstanceId ?? "";
    const AvailabilityZone = Instances[0]?.Placement?.AvailabilityZone;
    await this.clock.advance(120_000);
    if (this.volumeId === "") {
      const made = await this.ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 50, VolumeType: "gp3" }));
      this.volumeId = made.VolumeId ?? "";
      await this.clock.advance(10_000);
    }
    const attachment = { InstanceId: this.instanceId, VolumeId: this.volumeId, Device: "/dev/sdf" };
    await this.ec2.send(new AttachVolumeCommand(attachment));
    await this.clock.advance(10_000);
  }

  async stop(): Promise<void> {
    await this.ec2.send(new StopInstancesCommand({ InstanceIds: [this.instanceId] }));
    await this.clock.advance(120_000);
  }

  async start(): Promise<void> {
    await this.ec2.send(new StartInstancesCommand({ InstanceIds: [this.instanceId] }));
    await this.clock.advance(300_000);
  }

  async terminate(): Promise<void> {
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [this.instanceId] }));
    await this.clock.advance(120_000);
  }

  /** The instance's files, as somebody who is logged in sees them. */
  host(): Promise<Host> {
    return this.hosts.host(this.instanceId);
  }

  record(): HostRecord {
    const record = this.hosts.record(this.instanceId);
    if (record === undefined) throw new Error("no command has run on this host yet");
    return record;
  }

  /** Sends a document and reads what came of it, as the product does. */
  async send(
    command: HostCommand,
    fence = this.fence,
  ): Promise<HostAnswer & { readonly stdout: string; readonly stderr: string }> {
    const nonce = this.sandbox.random.hex(32);
    const { document } = command;
    const sent = await this.ssm.send(
      new SendCommandCommand({
        DocumentName: documentName(document),
        InstanceIds: [this.instanceId],
        Parameters: commandParameters(command, nonce, fence),
      }),
    );
    const id = { CommandId: sent.Command?.CommandId, InstanceId: this.instanceId };
    for (let look = 0; look < 2000; look += 1) {
      await this.clock.advance(2000);
      const found = await this.ssm.send(new GetCommandInvocationCommand(id));
      if (found.Status === "Pending" || found.Status === "InProgress") continue;
      const { StandardOutputContent: stdout = "", StandardErrorContent: stderr = "" } = found;
      return { ...parseHostOutput(stdout, { document, nonce, instanceId: this.instanceId }), stdout, stderr };
    }
    throw new Error(`${document} has not ended`);
  }

  /** Sends a document that must succeed. */
  async done(command: HostCommand): Promise<JsonObject> {
    const answer = await this.send(command);
    if (!answer.ok) throw new Error(`${command.document}: ${answer.why}\n${answer.stdout}\n${answer.stderr}`);
    if (answer.outcome.state !== "done") throw new Error(`${command.document}: ${JSON.stringify(answer.outcome)}`);
    return answer.outcome.result;
  }

  async facts(files: readonly string[] = []): Promise<HostFacts> {
    const facts = readFacts(await this.done(factsRequest(files)));
    if ("why" in facts) throw new Error(facts.why);
    return facts;
  }

  async close(): Promise<void> {
    await this.hosts.close();
  }
}
