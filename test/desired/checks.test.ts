import { expect, test } from "vitest";
import { brief, host, problemsOf, small } from "./sample.ts";

const subnets = "vpcId: vpc-0a1b2c3d4e5f60718, hostSubnetId: subnet-0aaaaaaaaaaaaaaa1";
const network = (machines: string, cidrs: string) =>
  small({ network: `{ ${subnets}, machineSubnetIds: [${machines}], allowedCidrs: [${cidrs}] }` });
const topic = "arn:aws:sns:eu-central-1:123456789012:acme-gitlab";
const machine = "subnet-0bbbbbbbbbbbbbbb2";

for (const [what, text, problems] of [
  ["no CIDR at all", network(machine, ""), ["? spec.network.allowedCidrs: nobody but the machines will reach GitLab"]],
  [
    "0.0.0.0/0",
    network(machine, "0.0.0.0/0"),
    ["? spec.network.allowedCidrs[0]: GitLab will be open to the whole internet"],
  ],
  [
    "a block within another",
    network(machine, "10.1.0.0/16, 10.0.0.0/8"),
    ["? spec.network.allowedCidrs[0]: already within 10.0.0.0/8"],
  ],
  ["a block twice", network(machine, "10.0.0.0/8, 10.0.0.0/8"), ["spec.network.allowedCidrs[1]: listed twice"]],
  ["neighbouring blocks", network(machine, "10.0.0.0/9, 10.128.0.0/9"), []],
  [
    "a subnet twice",
    network(`${machine}, ${machine}`, "10.0.0.0/8"),
    ["spec.network.machineSubnetIds[1]: listed twice"],
  ],
  [
    "machines in the host's subnet",
    network("subnet-0aaaaaaaaaaaaaaa1", "10.0.0.0/8"),
    ["? spec.network.machineSubnetIds[0]: machines in the host's subnet"],
  ],
  [
    "one name for both roles",
    small({ iam: "{ hostRole: { name: acme-machine } }" }),
    ["spec.iam.machineRole.name: the same name as the host's role"],
  ],
  [
    "tags that differ in case alone",
    small({ tags: "{ team: a, Team: b }" }),
    ["spec.tags.Team: differs from team in case alone, which IAM refuses"],
  ],
  ["the tag Name", small({ tags: "{ Name: a }" }), ["spec.tags.Name: Name is set by Fleetkeeper on each resource"]],
  ["a tag of AWS's own", small({ tags: '{ "aws:x": a }' }), ['spec.tags["aws:x"]: not a key that may stand here']],
  [
    "a tag of our own",
    small({ tags: '{ "fleetkeeper:fleet": a }' }),
    ['spec.tags["fleetkeeper:fleet"]: not a key that may stand here'],
  ],
  [
    "a key of another region",
    small({
      cache: "{ bucket: acme-cache, encryption: { type: SSE-KMS, key: 'arn:aws:kms:us-east-1:123456789012:alias/a' } }",
    }),
    ["spec.cache.encryption.key: a key of another region"],
  ],
  [
    "a topic of another account",
    small({
      accountId: '"123456789012"',
      notifications: "{ topics: [{ arn: 'arn:aws:sns:eu-central-1:210987654321:x' }] }",
    }),
    ["? spec.notifications.topics[0].arn: in another account"],
  ],
  [
    "a topic twice",
    small({
      notifications: `{ topics: [{ arn: '${topic}' }, { arn: '${topic}', events: [Drifted] }] }`,
    }),
    ["spec.notifications.topics[1].arn: listed twice"],
  ],
  [
    "windows that overlap over the end of the week",
    small({
      maintenance:
        '{ windows: [{ days: [Sun], start: "22:00", duration: 6h }, { days: [Mon], start: "03:00", duration: 2h }] }',
    }),
    ["? spec.maintenance.windows[1]: this window overlaps one before it"],
  ],
  [
    "windows that only touch",
    small({
      maintenance:
        '{ windows: [{ days: [Sun], start: "22:00", duration: 5h }, { days: [Mon], start: "03:00", duration: 2h }] }',
    }),
    [],
  ],
  ["a whole host", small({ host: host() }), []],
  [
    "a host without backups",
    small({ host: host().replace("backups: { bucket: acme-backups }, ", "") }),
    ["? spec.host: GitLab is not backed up"],
  ],
  [
    "backups in the cache's bucket",
    small({ host: host("backups: { bucket: acme-cache }") }),
    ["spec.host.backups.bucket: the cache's bucket, which every CI job can write to"],
  ],
  [
    "backups on 30 February",
    small({ host: host('backups: { bucket: acme-backups, schedule: "0 1 30 2 *" }') }),
    ["spec.host.backups.schedule: a schedule that never comes"],
  ],
  [
    "plain HTTP",
    small({ host: host("externalUrl: http://gitlab.example.com, tls: { type: None }") }),
    ["? spec.host.tls: passwords and tokens will cross the network unencrypted"],
  ],
  [
    "a certificate for an http URL",
    small({ host: host("externalUrl: http://gitlab.example.com") }),
    ["spec.host.externalUrl: an http URL with tls.type Secret"],
  ],
  [
    "Let's Encrypt behind closed ports",
    small({ host: host("tls: { type: LetsEncrypt }") }),
    ["? spec.host.tls: Let's Encrypt must reach port 80 from anywhere, and network.allowedCidrs doesn't allow that"],
  ],
  ["GitLab latest", small({ host: host("gitlab: { version: latest }") }), ["spec.host.gitlab.version: not valid"]],
  ["half a version", small({ host: host('gitlab: { version: "19.5" }') }), ["spec.host.gitlab.version: not valid"]],
  [
    "Git over SSH on the host's own port",
    small({ host: host("gitSshPort: 22") }),
    ["spec.host.gitSshPort: the port of the host's own SSH server"],
  ],
  [
    "the registry on a port that is taken",
    small({ host: host("registry: { enabled: true, port: 443 }") }),
    ["spec.host.registry.port: the port of the external URL"],
  ],
  [
    "an AMI of another architecture",
    small({ host: host("instanceType: m7g.xlarge") }),
    ["spec.host.ami: an AMI for x86_64, but m7g.xlarge is arm64"],
  ],
  ["a GPU family, whose g isn't Graviton's", small({ host: host("instanceType: g5.xlarge") }), []],
  [
    "a volume that isn't encrypted",
    small({ host: host("rootVolume: { encrypted: false }") }),
    ["? spec.host.rootVolume.encrypted: the volume will not be encrypted"],
  ],
  [
    "a key for a volume that isn't encrypted",
    small({ host: host("rootVolume: { encrypted: false, kmsKey: alias/x }") }),
    ["spec.host.rootVolume.encrypted: a key is given, but encryption is off"],
  ],
  [
    "throughput that needs more IOPS",
    small({ host: host("dataVolume: { throughputMiBps: 1000 }") }),
    ["spec.host.dataVolume.throughputMiBps: more than a quarter of the IOPS"],
  ],
  [
    "IOPS of a type that has none to choose",
    small({ host: host("dataVolume: { type: gp2, iops: 3000 }") }),
    ["spec.host.dataVolume.iops: gp2 has no IOPS to choose"],
  ],
  [
    "io2 without IOPS",
    small({ host: host("dataVolume: { type: io2 }") }),
    ["spec.host.dataVolume.iops: missing: io2 has no default"],
  ],
  [
    "an Omnibus setting that the file has a field for",
    small({
      host: host("gitlab: { version: 19.5.3, omnibus: { gitlab_rails: { smtp_address: x }, external_url: y } }"),
    }),
    [
      "spec.host.gitlab.omnibus.gitlab_rails.smtp_address: the file has a field for this",
      "spec.host.gitlab.omnibus.external_url: the file has a field for this",
    ],
  ],
  [
    "Omnibus settings that the version doesn't know any more",
    small({ host: host("gitlab: { version: 19.5.3, omnibus: { grafana: { enable: true } } }") }),
    ["spec.host.gitlab.omnibus.grafana: GitLab 17.1.0 removed grafana, and 19.5.3 doesn't start with it"],
  ],
  [
    "the same settings for a version that knows them",
    small({ host: host("gitlab: { version: 16.11.10, omnibus: { grafana: { enable: true } } }") }),
    [],
  ],
  [
    "a secret setting that the file has a field for",
    small({ host: host("gitlab: { version: 19.5.3, omnibusSecrets: { gitlab_rails.smtp_password: smtp-password } }") }),
    ['spec.host.gitlab.omnibusSecrets["gitlab_rails.smtp_password"]: the file has a field for this'],
  ],
  [
    "a secret setting that only a secret's name can give",
    small({
      host: host("gitlab: { version: 19.5.3, omnibusSecrets: { gitlab_rails.incoming_email_password: mail } }"),
    }),
    [],
  ],
  [
    "mail without a user",
    small({ host: host("smtp: { address: mail.example.com, from: a@example.com }") }),
    [
      "spec.host.smtp.userName: missing: authentication is Login",
      "spec.host.smtp.passwordSecret: missing: authentication is Login",
    ],
  ],
  [
    "Grafana without Prometheus",
    small({ host: host("monitoring: { prometheus: { enabled: false }, grafana: { enabled: true } }") }),
    ["spec.host.monitoring.prometheus.enabled: Grafana has nothing to show without Prometheus"],
  ],
  [
    "a proxy with its password",
    small({ host: host("proxy: { http: 'http://user:hunter2@proxy:3128' }") }),
    [": this looks like a password in a URL; no secret may be in the file", "spec.host.proxy.http: not valid"],
  ],
] as const) {
  test(`${what}: ${problems.length === 0 ? "nothing to say" : problems.join("; ")}`, () => {
    expect(brief(problemsOf(text)).sort()).toEqual([...problems].sort());
  });
}
