import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

/*
 * Everything that an installation can choose, in one place. infra/settings.yaml is the file that `npm run deploy` reads;
 * docs/deploy.md's table is generated from the descriptions below.
 */

const accountId = z.string().regex(/^\d{12}$/, "12 digits, in quotes");
const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, "the ARN of a role or a user");
const fleet = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, "a fleet's name");

const pipeline = z.strictObject({
  provider: z.enum(["gitlab", "github"]).describe("Who signs the pipeline's token."),
  issuer: z
    .string()
    .regex(/^[a-z0-9.-]+(\/[\w./-]+)?$/i, "a host and path, without https://")
    .optional()
    .describe("Of the tokens, without `https://`. Default: `gitlab.com`, or `token.actions.githubusercontent.com`."),
  project: z
    .string()
    // What stands here becomes part of a trust policy: a wildcard would trust a whole group's projects.
    .regex(/^[\w.-]+(\/[\w.-]+)+$/, "one project's path, group/fleets or owner/repository, without wildcards")
    .describe("Path of the project, `group/fleets`, or `owner/repository`. Its pipelines alone may assume the role."),
  branch: z
    .string()
    .regex(/^[\w.+@#=,/-]+$/, "one branch's name, without wildcards")
    .default("main")
    .describe("The branch whose pipelines may push."),
  fleets: z.array(fleet).min(1).describe("The fleets that this project may push and plan."),
});

const buckets = z.record(fleet, z.array(z.string().regex(/^[a-z0-9.-]{3,63}$/)).min(1)).default({});

export const settingsSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,15}$/)
    .default("fleetkeeper")
    .describe("Prefix of everything that is deployed: two installations in one account have two names."),
  account: accountId.describe("The account, 12 digits in quotes."),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .describe("The region of the installation and of its fleets."),
  tickMinutes: z.int().min(1).max(60).default(5).describe("How often every fleet is looked at."),
  concurrency: z
    .int()
    .min(1)
    .max(500)
    .default(10)
    .describe("Fleets reconciled at once: bounds the load on the account's API limits."),
  reconcileMemory: z.int().min(256).max(3008).default(512).describe("Memory of reconcile and plan, in MB."),
  logDays: z.literal([7, 14, 30, 60, 90, 180, 365]).default(30).describe("How long logs are kept."),
  alarmEmails: z.array(z.email()).default([]).describe("Who is told of alarms; each confirms once by mail."),
  noSuccessMinutes: z
    .int()
    .min(10)
    .max(1440)
    .default(30)
    .describe("An alarm after so long without any completed run, or after two ticks where that is longer."),
  unknownMinutes: z.int().min(10).default(60).describe("An alarm after a fleet was unknown for so long."),
  notReadyMinutes: z.int().min(10).default(240).describe("An alarm after a fleet was not Ready for so long."),
  orphanMinutes: z.int().min(30).default(360).describe("An alarm after orphans were there for so long."),
  cacheBuckets: buckets.describe("Cache buckets by fleet, where they aren't named `<fleet>-gitlab-cache`."),
  backupBuckets: buckets.describe(
    "Backup buckets by fleet, where they aren't named `<fleet>-gitlab-backups`: of these the fleet's expired backups are deleted.",
  ),
  hostedZones: z
    .array(z.string().regex(/^Z[A-Z0-9]{1,31}$/))
    .default([])
    .describe("Route 53 zones in which hosts may have their record."),
  notificationTopics: z
    .record(
      fleet,
      z
        .array(
          z
            .string()
            .regex(
              /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
              "the ARN of an SNS topic, without wildcards",
            ),
        )
        .min(1),
    )
    .default({})
    .describe(
      "Topics, by fleet, that a fleet's `notifications` may name beside `<fleet>-gitlab` of this account and region: of any account and region.",
    ),
  people: z
    .array(roleArn)
    .default([])
    .describe(
      "Who may assume the role for teardown and approved replacement: users, who need MFA for it, and roles, which can't show any and so must ask for it where people enter them.",
    ),
  pipelines: z.array(pipeline).default([]).describe("Projects that push and plan by OIDC, without stored keys."),
  existingOidcProviders: z
    .boolean()
    .default(false)
    .describe("The account has the pipelines' OIDC providers already: an account has one for each issuer."),
  vpc: z
    .strictObject({
      cidr: z
        .string()
        .regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/)
        .default("10.0.0.0/16")
        .describe("Addresses of the VPC."),
      zones: z
        .union([
          z.int().min(1).max(3),
          z
            .array(z.string().regex(/^[a-f]$/, "a zone's letter"))
            .min(1)
            .max(3),
        ])
        .default(2)
        .describe("Availability zones: how many, of a, b and c, or their letters."),
    })
    .optional()
    .describe(
      "Makes a VPC for fleets: public, private and intra subnets, one NAT gateway: `{cidr: 10.0.0.0/16, zones: 2}`, or `zones: [a, c]` where the account lacks some of a, b and c (`aws ec2 describe-availability-zones`). Left out: there is one already.",
    ),
});

export type Settings = z.infer<typeof settingsSchema>;

/** @throws Error that names each key and what is wrong with it */
export function readSettings(path: string): Settings {
  const result = settingsSchema.safeParse(parse(readFileSync(path, "utf8")));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new Error(`${path}:\n  ${problems.join("\n  ")}`);
}
