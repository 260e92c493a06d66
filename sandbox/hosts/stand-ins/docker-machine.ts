import type { EC2Client, RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { parse } from "smol-toml";
import type { StandInContext } from "../stand-in.ts";

/**
 * docker-machine's amazonec2 driver as a manager runs it: the directory and config.json come before the launch, the key pair is
 * imported and never tagged, tags come last, the instance's id is written down at the very end. Sources:
 * docker/machine libmachine.go and drivers/amazonec2/amazonec2.go, gitlab-runner executors/docker/machine/provider.go.
 */

const machines = "/srv/fleetkeeper/machine/machines";
const configFile = "/srv/fleetkeeper/runner/config.toml";

/** How a machine gets lost while it is made. */
export type MakingAccident =
  /** Killed between the launch and the tags: a directory without an instance id. */
  | "killed-after-launch"
  /** The launch took effect, but no instance was found right after: "Missing instance ID", and the directory goes. */
  | "resolve-failed"
  /** Some versions tag no spot instance at all. */
  | "never-tagged"
  /** The wait for the spot request ran out: it is cancelled, which doesn't end what it started just before. */
  | "spot-wait-failed"
  /** Killed while its spot request is open. */
  | "killed-while-requested";

/** How a machine gets lost while it is removed. */
export type RemovingAccident =
  /** `rm -f` after thirty failed removals, or at a shutdown's drain: the directory goes, the instance stays. */
  | "forced"
  /** config.json is gone: "Skipping machine removal, because it doesn't exist". */
  | "cannot-inspect";

interface Section {
  readonly token: string;
  readonly machineName: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Makes one machine of a section as config.toml says. @returns its name, which is its key pair's */
export async function makeMachine(
  section: string,
  context: StandInContext,
  accident?: MakingAccident,
): Promise<string> {
  const { clock, files, host, random } = context;
  const { token, machineName, options } = sectionOf(section, context);
  const label = token
    .replace(/^glrt-(t[123]_)?/, "")
    .slice(0, 9)
    .toLowerCase()
    .replace(/[^-a-z0-9]/g, "");
  const stamp = `${Math.floor(clock.now() / 1000)}-${random.hex(8)}`;
  const name = `runner-${label}-${machineName.replace("%s", () => stamp)}`;
  const process = `docker-machine create --driver amazonec2 ${name}`;
  host.manager.processes.push(process);
  try {
    save(name, undefined, context);
    const ec2 = await clientOf(context);
    const sdk = await import("@aws-sdk/client-ec2");
    const PublicKeyMaterial = new TextEncoder().encode("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJ9 runner");
    await ec2.send(new sdk.ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial }));
    const launch = await launchOf(name, options, ec2);
    if (accident === "spot-wait-failed" || accident === "killed-while-requested") {
      const { ImageId, InstanceType, KeyName, SubnetId, SecurityGroupIds, IamInstanceProfile } = launch;
      const LaunchSpecification = { ImageId, InstanceType, KeyName, SubnetId, SecurityGroupIds, IamInstanceProfile };
      const asked = await ec2.send(new sdk.RequestSpotInstancesCommand({ LaunchSpecification, InstanceCount: 1 }));
      if (accident === "killed-while-requested") return name;
      await clock.sleep(60_000);
      const SpotInstanceRequestIds = (asked.SpotInstanceRequests ?? []).flatMap(
        (one) => one.SpotInstanceRequestId ?? [],
      );
      await ec2.send(new sdk.CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds }));
      await ec2.send(new sdk.DeleteKeyPairCommand({ KeyName: name }));
      files.remove(`${machines}/${name}`);
      return name;
    }
    const { Instances = [] } = await ec2.send(new sdk.RunInstancesCommand(launch));
    const id = Instances[0]?.InstanceId ?? "";
    if (accident === "killed-after-launch") return name;
    if (accident === "resolve-failed") {
      files.remove(`${machines}/${name}`);
      return name;
    }
    if (accident !== "never-tagged") {
      const pairs = (options.get("amazonec2-tags") ?? "").split(",");
      const Tags = [{ Key: "Name", Value: name }];
      for (let at = 0; at + 1 < pairs.length; at += 2) Tags.push({ Key: pairs[at] ?? "", Value: pairs[at + 1] ?? "" });
      await clock.sleep(5_000);
      await ec2.send(new sdk.CreateTagsCommand({ Resources: [id], Tags }));
    }
    save(name, id, context);
    return name;
  } finally {
    host.manager.processes = host.manager.processes.filter((one) => one !== process);
  }
}

/** `docker-machine rm`: the instance, the key pair, the directory. */
export async function removeMachine(name: string, context: StandInContext, accident?: RemovingAccident): Promise<void> {
  const { files } = context;
  if (accident === "cannot-inspect") {
    files.remove(`${machines}/${name}/config.json`);
    return;
  }
  if (accident !== "forced") {
    const id = /"InstanceId": *"(i-[0-9a-f]+)"/.exec(files.text(`${machines}/${name}/config.json`) ?? "")?.[1];
    const ec2 = await clientOf(context);
    const sdk = await import("@aws-sdk/client-ec2");
    // "Missing instance ID, this is likely due to a failure during machine creation": only a warning.
    if (id !== undefined) await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }));
    await ec2.send(new sdk.DeleteKeyPairCommand({ KeyName: name }));
  }
  files.remove(`${machines}/${name}`);
}

function save(name: string, instanceId: string | undefined, { files }: StandInContext): void {
  const Driver = { MachineName: name, KeyName: name, InstanceId: instanceId ?? "" };
  files.write(
    `${machines}/${name}/config.json`,
    `${JSON.stringify({ DriverName: "amazonec2", Name: name, Driver }, null, 1)}\n`,
  );
}

async function clientOf(context: StandInContext): Promise<EC2Client> {
  const settings = await context.settings();
  if (typeof settings === "string") throw new Error(`docker-machine: ${settings}`);
  const { EC2Client } = await import("@aws-sdk/client-ec2");
  return new EC2Client(settings);
}

function sectionOf(name: string, { files }: StandInContext): Section {
  const { runners } = parse(files.text(configFile) ?? "");
  const all = Array.isArray(runners) ? runners.map((one) => new Map(Object.entries(Object(one)))) : [];
  const found = all.find((one) => one.get("name") === name);
  if (found === undefined) throw new Error(`config.toml has no section ${name}`);
  const machine = new Map<string, unknown>(Object.entries(Object(found.get("machine"))));
  const listed: unknown = machine.get("MachineOptions");
  const options = Array.isArray(listed) ? listed.map(String) : [];
  return {
    token: String(found.get("token")),
    machineName: String(machine.get("MachineName")),
    options: new Map(options.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)])),
  };
}

async function launchOf(
  name: string,
  options: ReadonlyMap<string, string>,
  ec2: EC2Client,
): Promise<RunInstancesCommandInput> {
  const { DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
  const group = options.get("amazonec2-security-group") ?? "docker-machine";
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: [group] }] }),
  );
  const spot = options.get("amazonec2-request-spot-instance") === "true";
  return {
    ImageId: options.get("amazonec2-ami"),
    InstanceType: (options.get("amazonec2-instance-type") ?? "t2.micro") as "t2.micro",
    MinCount: 1,
    MaxCount: 1,
    KeyName: name,
    SubnetId: options.get("amazonec2-subnet-id"),
    SecurityGroupIds: SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []),
    IamInstanceProfile: { Name: options.get("amazonec2-iam-instance-profile") },
    ...(spot ? { InstanceMarketOptions: { MarketType: "spot", SpotOptions: { SpotInstanceType: "one-time" } } } : {}),
  };
}
