import fc from "fast-check";

/** What a generated file says, in plain data, so that histories can be kept and played again. */
export interface FleetShape {
  readonly hostRole: string;
  readonly machineRole: string;
  readonly adopt: boolean;
  readonly boundary: boolean;
  readonly team: string;
  readonly cidrs: readonly string[];
  readonly vpc: string;
  readonly cache: {
    readonly bucket: string;
    readonly days: number;
    readonly enabled: boolean;
    readonly prefix: string;
    readonly kms: boolean;
    readonly deletionPolicy: "Retain" | "Delete";
  };
}

export const fleetName = "acme";
export const vpcs = ["vpc-0a1b2c3d4e5f60718", "vpc-0d3fa017000000000"] as const;
export const buckets = ["acme-cache", "acme-cache-2"] as const;
export const hostRoles = ["acme-host", "acme-keeper"] as const;
export const machineRoles = ["acme-machine", "acme-worker"] as const;
const boundary = "arn:aws:iam::aws:policy/PowerUserAccess";

/** Nothing but what a file must say. */
export const plainShape: FleetShape = {
  hostRole: "acme-host",
  machineRole: "acme-machine",
  adopt: false,
  boundary: false,
  team: "platform",
  cidrs: ["203.0.113.0/24"],
  vpc: vpcs[0],
  cache: { bucket: "acme-cache", days: 14, enabled: true, prefix: "runner/", kms: false, deletionPolicy: "Delete" },
};

/** Files over a few names, so that revisions meet each other's things. */
export const anyShape: fc.Arbitrary<FleetShape> = fc.record({
  hostRole: often("acme-host", "acme-keeper"),
  machineRole: often("acme-machine", "acme-worker"),
  adopt: fc.boolean(),
  boundary: fc.boolean(),
  team: fc.constantFrom("platform", "search", "Größe 7/8"),
  cidrs: fc.subarray(["203.0.113.0/24", "198.51.100.7/32", "0.0.0.0/0", "10.0.0.0/8"]),
  vpc: often(...vpcs),
  cache: fc.record({
    bucket: often(...buckets),
    days: fc.integer({ min: 1, max: 30 }),
    enabled: fc.boolean(),
    prefix: fc.constantFrom("runner/", "a/b.c_d-e/"),
    kms: fc.boolean(),
    deletionPolicy: fc.constantFrom("Retain" as const, "Delete" as const),
  }),
});

function often<Value>(usual: Value, other: Value): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(other) });
}

export function fileOf(shape: FleetShape, name = fleetName): string {
  const { adopt, cache } = shape;
  const role = (given: string) => ({ name: given, adopt });
  const spec = {
    mode: "Enforce",
    region: "eu-central-1",
    accountId: "123456789012",
    tags: { team: shape.team },
    iam: {
      ...(shape.boundary ? { permissionsBoundary: boundary } : {}),
      hostRole: role(shape.hostRole),
      machineRole: role(shape.machineRole),
    },
    network: {
      vpcId: shape.vpc,
      hostSubnetId: "subnet-0aaaaaaaaaaaaaaa1",
      machineSubnetIds: ["subnet-0bbbbbbbbbbbbbbb2"],
      allowedCidrs: shape.cidrs,
      adopt,
    },
    cache: {
      bucket: cache.bucket,
      adopt,
      prefix: cache.prefix,
      expiry: { enabled: cache.enabled, days: cache.days },
      encryption: cache.kms ? { type: "SSE-KMS", key: "alias/acme-cache" } : { type: "SSE-S3" },
      deletionPolicy: cache.deletionPolicy,
    },
  };
  // JSON is YAML.
  return JSON.stringify({ apiVersion: "fleetkeeper.dev/v1", kind: "GitLabFleet", metadata: { name }, spec }, null, 2);
}
