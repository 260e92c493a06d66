import * as z from "zod/mini";
import { type FieldFacts, field, optional } from "../field.ts";
import { amiSchema } from "../host.ts";
import { line, matching, wholeNumber } from "../values.ts";

/** How a typed field stands among `MachineOptions`: `key=value`, lists as one option each, tags as one comma-separated list. */
export type OptionKind = "text" | "number" | "switch" | "list" | "tags" | "image" | "dockerVersion";

interface OptionField<Schema extends z.core.$ZodType = z.core.$ZodType> {
  readonly option: string;
  readonly kind: OptionKind;
  readonly schema: Schema;
  readonly facts: FieldFacts;
}

type OptionTable = Readonly<Record<string, OptionField>>;

function of<Schema extends z.core.$ZodType>(
  kind: OptionKind,
  option: string,
  schema: Schema,
  description: string,
  example: unknown,
  unit?: string,
): OptionField<Schema> {
  return { option, kind, schema, facts: { description, example, ...(unit === undefined ? {} : { unit }) } };
}

const text = (option: string, description: string, example: string) =>
  of("text", option, line(2048), description, example);
const flag = (option: string, description: string, example = true) =>
  of("switch", option, z.boolean(), description, example);
const amount = (option: string, description: string, example: number, unit: string) =>
  of("number", option, wholeNumber(0, 1_000_000), description, example, unit);
const list = (option: string, description: string, example: readonly string[]) =>
  of("list", option, z.array(line(2048)), description, example);

const tagPart = matching(/^[^,]{1,256}$/, "text without a comma: docker-machine has no way to write one in a tag");

/**
 * Fields of a docker+machine fleet that are options of docker-machine, in the order in which they are written. Source:
 * docker/machine `drivers/amazonec2/amazonec2.go` and `commands/create.go`; GitLab's fork for the last of the first group.
 */
export const machineOptions = {
  region: text("amazonec2-region", "Region of the machines. Default: the fleet's.", "eu-central-1"),
  vpcId: text("amazonec2-vpc-id", "VPC of the machines. Default: the fleet's.", "vpc-0a1b2c3d4e5f60718"),
  subnetId: text(
    "amazonec2-subnet-id",
    "Subnet of the machines. Default: the first of network.machineSubnetIds.",
    "subnet-0bbbbbbbbbbbbbbb2",
  ),
  zone: text("amazonec2-zone", "Letter of the zone; must be the subnet's. Default: derived from the subnet.", "a"),
  instanceType: text("amazonec2-instance-type", "Machine type. docker-machine's own default is t2.micro.", "m6i.large"),
  ami: of(
    "image",
    "amazonec2-ami",
    amiSchema,
    "Image of the machines, by id or by public parameter. docker-machine's own default is an Ubuntu of 2016.",
    { ssm: "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id" },
  ),
  securityGroups: list(
    "amazonec2-security-group",
    "Names, not ids, of the machines' groups. Default: the fleet's machine and egress groups.",
    ["acme-machine"],
  ),
  securityGroupReadonly: flag(
    "amazonec2-security-group-readonly",
    "Always true in a fleet: otherwise docker-machine opens ports 22 and 2376 to the world.",
  ),
  instanceProfile: text(
    "amazonec2-iam-instance-profile",
    "Instance profile of the machines. Default: the fleet's machine profile.",
    "acme-machine",
  ),
  requestSpotInstance: flag("amazonec2-request-spot-instance", "Whether machines are spot instances."),
  spotPrice: of(
    "text",
    "amazonec2-spot-price",
    matching(/^(?:on-demand|\d+(?:\.\d+)?)$/, "a price such as 0.08, in quotes, or on-demand"),
    "The most to pay. `on-demand` caps at that price; docker-machine's own default is 0.50.",
    "on-demand",
    "USD an hour, in quotes",
  ),
  privateAddressOnly: flag("amazonec2-private-address-only", "Whether machines have no public address. Default: true."),
  usePrivateAddress: flag(
    "amazonec2-use-private-address",
    "Whether the manager reaches them by the private address. Default: true.",
  ),
  rootSizeGiB: amount("amazonec2-root-size", "Size of the root volume. docker-machine's own default is 16.", 50, "GiB"),
  volumeType: of(
    "text",
    "amazonec2-volume-type",
    z.enum(["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"]),
    "Type of the root volume.",
    "gp3",
  ),
  volumeEncrypted: flag("amazonec2-volume-encrypted", "Whether the root volume is encrypted (GitLab's fork)."),
  volumeKmsKey: text("amazonec2-volume-kms-key", "The key that encrypts it (GitLab's fork).", "alias/acme-machine"),
  deviceName: text("amazonec2-device-name", "Device of the root volume.", "/dev/sda1"),
  metadataTokens: of(
    "text",
    "amazonec2-metadata-token",
    z.enum(["required", "optional"]),
    "Whether the metadata service wants tokens (GitLab's fork). Default: required.",
    "required",
  ),
  metadataHopLimit: of(
    "number",
    "amazonec2-metadata-token-response-hop-limit",
    wholeNumber(1, 64),
    "How far a token travels (GitLab's fork). 1, the default, keeps it from containers.",
    1,
    "hops",
  ),
  sshUser: text("amazonec2-ssh-user", "User to log in as. docker-machine's own default is ubuntu.", "ubuntu"),
  sshPort: amount("amazonec2-ssh-port", "Port to log in at.", 22, "port"),
  sshKeyPath: text(
    "amazonec2-ssh-keypath",
    "A private key on the manager, instead of one for each machine.",
    "/etc/gitlab-runner/machine.pem",
  ),
  keyPairName: text("amazonec2-keypair-name", "The key pair that goes with it.", "acme-machine"),
  openPorts: list(
    "amazonec2-open-port",
    "Ports that docker-machine opens in the group. Not in a fleet: its group is read-only.",
    ["8080"],
  ),
  monitoring: flag("amazonec2-monitoring", "Whether CloudWatch gets metrics every minute.", false),
  ebsOptimized: flag(
    "amazonec2-use-ebs-optimized-instance",
    "Whether machines have bandwidth of their own for volumes.",
  ),
  userDataPath: text(
    "amazonec2-userdata",
    "A file on the manager that machines start with.",
    "/etc/gitlab-runner/user-data",
  ),
  retries: amount("amazonec2-retries", "How often a failed call is tried again.", 5, "attempts"),
  endpoint: text("amazonec2-endpoint", "Another address of EC2.", "https://ec2.eu-central-1.amazonaws.com"),
  tags: of(
    "tags",
    "amazonec2-tags",
    z.record(tagPart, z.string().check(z.regex(/^[^,]{0,256}$/, { error: "text without a comma" }))),
    "Tags of the machines, beside the fleet's and Fleetkeeper's own.",
    { team: "platform" },
  ),
  dockerVersion: of(
    "dockerVersion",
    "engine-install-url",
    matching(/^\d{2}\.\d{1,2}(?:\.\d{1,3})?$/, "a version of the Docker engine such as 27.5.1"),
    "Docker engine that docker-machine installs, where the image has none. Pinned, for a new engine may refuse an old runner.",
    "27.5.1",
    "version",
  ),
  registryMirrors: list("engine-registry-mirror", "Registries asked before Docker Hub.", [
    "https://mirror.example.com",
  ]),
  insecureRegistries: list("engine-insecure-registry", "Registries that may be reached without TLS.", [
    "registry.example.com:5000",
  ]),
  engineOptions: list("engine-opt", "Further settings of the Docker engine, as name or name=value.", ["mtu=1460"]),
  engineEnvironment: list("engine-env", "Variables of the Docker engine.", ["HTTP_PROXY=http://proxy:3128"]),
  engineLabels: list("engine-label", "Labels of the Docker engine.", ["size=large"]),
  storageDriver: text("engine-storage-driver", "Storage driver of the Docker engine.", "overlay2"),
} as const satisfies OptionTable;

export type MachineOptionName = keyof typeof machineOptions;

type OptionShape = {
  -readonly [Name in MachineOptionName]: z.ZodMiniExactOptional<(typeof machineOptions)[Name]["schema"]>;
};

export const machineOptionShape = Object.fromEntries(
  Object.entries(machineOptions).map(([name, one]) => [name, field(optional<z.core.$ZodType>(one.schema), one.facts)]),
) as OptionShape;

/** Keys that docker-machine's own `create` takes for every driver. Source: docker/machine `commands/create.go`. */
const createOptions = [
  "engine-install-url",
  "engine-opt",
  "engine-insecure-registry",
  "engine-registry-mirror",
  "engine-label",
  "engine-storage-driver",
  "engine-env",
  "swarm",
  "swarm-image",
  "swarm-master",
  "swarm-discovery",
  "swarm-strategy",
  "swarm-opt",
  "swarm-join-opt",
  "swarm-host",
  "swarm-addr",
  "swarm-experimental",
  "tls-san",
];

/** What the amazonec2 driver takes beside the typed fields; access keys are left to the instance profile. */
const untypedEc2Options = [
  "amazonec2-access-key",
  "amazonec2-secret-key",
  "amazonec2-session-token",
  "amazonec2-block-duration-minutes",
  "amazonec2-insecure-transport",
  // Of the CKI project's fork, which terraform-aws-gitlab-runner installs.
  "amazonec2-use-fleet",
  "amazonec2-launch-template",
];

/** Every option that an amazonec2 machine may be made with. */
export const knownMachineOptions: ReadonlySet<string> = new Set([
  ...Object.values(machineOptions).map((one) => one.option),
  ...createOptions,
  ...untypedEc2Options,
]);
