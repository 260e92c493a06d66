import * as z from "zod/mini";
import { backupsSchema } from "./backups.ts";
import { duration } from "./duration.ts";
import { field, optional, section, withDefault } from "./field.ts";
import { gitlabSchema, monitoringSchema, smtpSchema } from "./gitlab.ts";
import { awsId, host, matching, port, secretName, timeZone, wholeNumber } from "./values.ts";
import { dataVolumeSchema, rootVolumeSchema } from "./volume.ts";

const tlsSchema = z.discriminatedUnion("type", [
  section({
    type: field(z.literal("LetsEncrypt"), {
      description: "GitLab gets and renews its certificate. Port 80 must be reachable from the internet.",
      example: "LetsEncrypt",
    }),
    contact: field(optional(matching(/^[^\s@<>"',;:\\]{1,64}@[A-Za-z0-9.-]{1,253}$/, "a mail address")), {
      description: "Whom Let's Encrypt writes to before a certificate ends.",
      example: "ops@example.com",
    }),
  }),
  section({
    type: field(z.literal("Secret"), { description: "A certificate and its key, both as secrets.", example: "Secret" }),
    certificateSecret: field(secretName(), {
      description: "Name of the SecureString with the certificate and its chain, in PEM.",
      example: "tls-certificate",
    }),
    keySecret: field(secretName(), {
      description: "Name of the SecureString with the private key, in PEM.",
      example: "tls-key",
    }),
  }),
  section({
    type: field(z.literal("None"), {
      description: "The host serves plain HTTP. With an https URL, something in front must end TLS.",
      example: "None",
    }),
  }),
]);

const publicAddressSchema = z.discriminatedUnion("type", [
  section({ type: field(z.literal("None"), { description: "A private address only.", example: "None" }) }),
  section({
    type: field(z.literal("Dynamic"), {
      description: "A public address that changes whenever the host stops and starts.",
      example: "Dynamic",
    }),
  }),
  section({
    type: field(z.literal("ElasticIp"), { description: "An address that stays.", example: "ElasticIp" }),
    allocationId: field(optional(awsId("eipalloc")), {
      description: "An Elastic IP that exists. Default: one is made.",
      example: "eipalloc-0a1b2c3d4e5f60718",
    }),
  }),
]);

export const amiSchema = z.union([
  section({ id: field(awsId("ami"), { description: "An AMI's id.", example: "ami-0a1b2c3d4e5f60718" }) }),
  section({
    ssm: field(
      matching(/^\/aws\/service\/[A-Za-z0-9_./-]{1,900}$/, "the name of a public parameter below /aws/service/"),
      {
        description: "A public parameter that names the AMI; read when the instance is made.",
        example: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
      },
    ),
  }),
]);

const proxyUrl = () =>
  matching(
    /^https?:\/\/[A-Za-z0-9.-]{1,253}(?::\d{1,5})?\/?$/,
    "a proxy's URL without user or password, such as http://proxy:3128",
  );

const proxySchema = section({
  http: field(optional(proxyUrl()), { description: "Proxy for HTTP.", example: "http://proxy.example.com:3128" }),
  https: field(optional(proxyUrl()), { description: "Proxy for HTTPS.", example: "http://proxy.example.com:3128" }),
  noProxy: field(
    withDefault(
      z.array(matching(/^[A-Za-z0-9.*_/:-]{1,253}$/, "a host, a domain such as .example.com, or a block")),
      [],
    ),
    {
      description: "Where no proxy is used. Loopback, the metadata service and the containers are always among them.",
      example: [".example.com"],
    },
  ),
});

const imagePruningSchema = section({
  enabled: field(withDefault(z.boolean(), true), {
    description: "Whether images that no container uses are deleted from the host.",
    example: true,
  }),
  unusedFor: field(withDefault(duration({ min: "1h", max: "365d" }), "7d"), {
    description: "How old an unused image must be.",
    unit: "duration such as 7d",
    example: "7d",
  }),
  abovePercent: field(withDefault(wholeNumber(0, 99), 70), {
    description: "Only when the disk is fuller than this.",
    unit: "percent of the disk",
    example: 70,
  }),
});

export const hostSchema = section({
  externalUrl: field(
    matching(
      /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/,
      "http or https, a lower-case host name and no path, such as https://gitlab.example.com",
    ),
    { description: "Where users and runners reach GitLab.", unit: "URL", example: "https://gitlab.example.com" },
  ),
  tls: field(tlsSchema, {
    description: "Where the certificate comes from. There is no default, so that it is a choice.",
  }),
  dns: field(
    optional(
      section({
        zoneId: field(matching(/^Z[A-Z0-9]{1,31}$/, "a hosted zone's id such as Z0123456789ABCDEFGHIJ"), {
          description: "The Route 53 hosted zone.",
          example: "Z0123456789ABCDEFGHIJ",
        }),
        name: field(optional(host()), {
          description: "The record's name. Default: the host of the external URL.",
          example: "gitlab.example.com",
        }),
        ttlSeconds: field(withDefault(wholeNumber(1, 86_400), 60), {
          description: "How long resolvers may keep the record.",
          unit: "seconds",
          example: 60,
        }),
      }),
    ),
    { description: "A record for the host in Route 53." },
  ),
  gitSshPort: field(optional(port()), {
    description: "Port of Git over SSH, open to the allowed CIDRs. Default: none.",
    unit: "TCP port",
    example: 2222,
  }),
  registry: field(
    withDefault(
      section({
        enabled: field(withDefault(z.boolean(), false), {
          description: "Whether GitLab's container registry is served.",
          example: true,
        }),
        port: field(withDefault(port(), 5050), {
          description: "Its port, at the external URL's host.",
          unit: "TCP port",
          example: 5050,
        }),
      }),
      {},
    ),
    { description: "GitLab's container registry." },
  ),
  instanceType: field(
    withDefault(matching(/^[a-z][a-z0-9-]{0,15}\.[a-z0-9-]{1,16}$/, "an instance type such as t3.xlarge"), "t3.xlarge"),
    { description: "Instance type. A change stops and starts the host.", example: "t3.xlarge" },
  ),
  ami: field(withDefault(amiSchema, { ssm: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" }), {
    description: "Amazon Linux 2023, by AMI id or by public parameter.",
    example: { ssm: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
  }),
  amiUpdates: field(withDefault(z.enum(["Report", "Replace"]), "Report"), {
    description:
      "What a newer AMI behind the parameter means: it is reported, or the host is replaced on its data volume (after approval).",
    example: "Report",
  }),
  rootVolume: field(withDefault(rootVolumeSchema, {}), {
    description: "The system's volume. It goes with the instance.",
  }),
  dataVolume: field(withDefault(dataVolumeSchema, {}), {
    description: "GitLab's data, the runner's configuration and the machines' state. It outlives the instance.",
  }),
  publicAddress: field(withDefault(publicAddressSchema, { type: "None" }), { description: "How the host is reached." }),
  terminationProtection: field(withDefault(z.boolean(), true), {
    description: "Whether EC2 refuses to terminate the host.",
    example: true,
  }),
  gitlab: field(gitlabSchema, { description: "GitLab itself." }),
  smtp: field(optional(smtpSchema), { description: "How GitLab sends mail. Without it, it sends none." }),
  monitoring: field(withDefault(monitoringSchema, {}), { description: "Metrics and dashboards." }),
  timeZone: field(withDefault(timeZone(), "UTC"), {
    description: "Time zone of host, GitLab and backups.",
    example: "Europe/Berlin",
  }),
  proxy: field(optional(proxySchema), { description: "Proxies on the way out of host and GitLab." }),
  longestJob: field(withDefault(duration({ min: "1m", max: "2d" }), "1h"), {
    description: "How long the runner manager may finish its jobs when it is stopped. Then they are lost.",
    unit: "duration such as 1h",
    example: "1h",
  }),
  imagePruning: field(withDefault(imagePruningSchema, {}), {
    description: "What is done about old images on the host.",
  }),
  diskWarningPercent: field(withDefault(wholeNumber(1, 99), 85), {
    description: "A disk fuller than this is a condition.",
    unit: "percent of the disk",
    example: 85,
  }),
  backups: field(optional(backupsSchema), { description: "Backups of GitLab. Without this section there are none." }),
});
