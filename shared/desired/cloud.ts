import * as z from "zod/mini";
import { bucketName, encryptionSchema, objectPrefix } from "./bucket.ts";
import { cidr } from "./cidr.ts";
import { field, optional, section, withDefault } from "./field.ts";
import { awsId, matching, wholeNumber } from "./values.ts";

const roleName = () =>
  matching(/^[A-Za-z0-9+=,.@_-]{1,64}$/, "an IAM role name: up to 64 letters, digits or + = , . @ _ -");

const role = (description: string, example: string) =>
  field(
    withDefault(
      section({
        name: field(optional(roleName()), {
          description: "The role's name; the instance profile has the same. Default: derived from the fleet's name.",
          example,
        }),
        adopt: field(withDefault(z.boolean(), false), {
          description:
            "Whether to take over a role or profile of this name that exists and isn't marked as this fleet's.",
          example: false,
        }),
      }),
      {},
    ),
    { description },
  );

export const iamSchema = section({
  permissionsBoundary: field(
    optional(
      matching(
        /^arn:aws(?:-[a-z]+)*:iam::(?:\d{12}|aws):policy\/[A-Za-z0-9+=,.@_/-]{1,512}$/,
        "the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/boundary",
      ),
    ),
    {
      description: "Managed policy that bounds both roles, whatever else is attached to them.",
      example: "arn:aws:iam::123456789012:policy/boundary",
    },
  ),
  hostRole: role("Role and instance profile of the GitLab host, which also runs the runner manager.", "acme-host"),
  machineRole: role("Role and instance profile of the runner machines.", "acme-machine"),
});

export const networkSchema = section({
  vpcId: field(awsId("vpc"), {
    description: "The VPC that host and machines live in. It must exist; Fleetkeeper doesn't make or change it.",
    example: "vpc-0a1b2c3d4e5f60718",
  }),
  hostSubnetId: field(awsId("subnet"), {
    description: "The subnet of the GitLab host. Public where users reach it over the internet.",
    example: "subnet-0aaaaaaaaaaaaaaa1",
  }),
  machineSubnetIds: field(
    z
      .array(awsId("subnet"))
      .check(z.minLength(1, { error: "at least one subnet" }), z.maxLength(16, { error: "at most 16 subnets" })),
    {
      description: "Subnets of the runner machines; private ones with a way out (NAT or endpoints).",
      example: ["subnet-0bbbbbbbbbbbbbbb2", "subnet-0ccccccccccccccc3"],
    },
  ),
  allowedCidrs: field(z.array(cidr()).check(z.maxLength(50, { error: "at most 50 blocks" })), {
    description:
      "Who may reach GitLab over HTTP and HTTPS (and Git over SSH where it has a port). Empty: nobody but the machines.",
    unit: "IPv4 blocks in CIDR form",
    example: ["203.0.113.0/24"],
  }),
  adopt: field(withDefault(z.boolean(), false), {
    description:
      "Whether to take over security groups of the fleet's names that exist and aren't marked as this fleet's.",
    example: false,
  }),
});

export const cacheSchema = section({
  bucket: field(bucketName(), {
    description: "Bucket of the runners' cache. Bucket names are global: choose one that nobody else has.",
    example: "acme-gitlab-cache",
  }),
  adopt: field(withDefault(z.boolean(), false), {
    description:
      "Whether to take over a bucket of this name that exists in the account and isn't marked as this fleet's.",
    example: false,
  }),
  prefix: field(withDefault(objectPrefix(), "runner/"), {
    description: "Where the runners' objects are in the bucket, and what the expiry rule covers.",
    example: "runner/",
  }),
  expiry: field(
    withDefault(
      section({
        enabled: field(withDefault(z.boolean(), true), {
          description: "Whether cache objects expire.",
          example: true,
        }),
        days: field(withDefault(wholeNumber(1, 3650), 14), {
          description: "Age at which a cache object expires.",
          unit: "days",
          example: 14,
        }),
      }),
      {},
    ),
    { description: "Life cycle of the cache under its prefix." },
  ),
  encryption: field(withDefault(encryptionSchema, { type: "SSE-S3" }), {
    description: "Default encryption of the bucket.",
  }),
  deletionPolicy: field(withDefault(z.enum(["Retain", "Delete"]), "Retain"), {
    description: "What happens to the bucket when the fleet is destroyed, or when this section leaves the file.",
    example: "Retain",
  }),
});
