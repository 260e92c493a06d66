import * as z from "zod/mini";
import { bucketName, encryptionSchema, objectPrefix } from "./bucket.ts";
import { duration } from "./duration.ts";
import { field, section, withDefault } from "./field.ts";
import { matching, wholeNumber } from "./values.ts";

/** What `gitlab-backup create` can leave out (SKIP), from GitLab's documentation of its backups. */
const skippable = [
  "db",
  "repositories",
  "uploads",
  "builds",
  "artifacts",
  "pages",
  "lfs",
  "terraform_state",
  "registry",
  "packages",
  "ci_secure_files",
  "external_diffs",
] as const;

export const backupsSchema = section({
  bucket: field(bucketName(), {
    description: "Bucket of the backups: encrypted, versioned, TLS only. Another than the cache's.",
    example: "acme-gitlab-backups",
  }),
  adopt: field(withDefault(z.boolean(), false), {
    description: "Whether to take over a bucket of this name that exists and isn't marked as this fleet's.",
    example: false,
  }),
  prefix: field(withDefault(objectPrefix(), "gitlab/"), {
    description: "Where the backups are in the bucket.",
    example: "gitlab/",
  }),
  encryption: field(withDefault(encryptionSchema, { type: "SSE-S3" }), {
    description: "Default encryption of the bucket.",
  }),
  schedule: field(
    withDefault(
      matching(
        /^(?:\*|[0-9*,/-]+) (?:\*|[0-9*,/-]+) (?:\*|[0-9*,/-]+) (?:\*|[0-9A-Za-z*,/-]+) (?:\*|[0-9A-Za-z*,/-]+)$/,
        "five cron fields: minute hour day month weekday, such as 30 1 * * *",
      ),
      "30 1 * * *",
    ),
    {
      description: "When a backup is made, by the clock of the host's time zone.",
      unit: "cron, five fields",
      example: "30 1 * * *",
    },
  ),
  retention: field(
    withDefault(
      section({
        days: field(withDefault(wholeNumber(1, 3650), 30), {
          description: "How long a backup is kept. The newest good one is never deleted.",
          unit: "days",
          example: 30,
        }),
        minimum: field(withDefault(wholeNumber(1, 1000), 3), {
          description: "How many backups are kept however old they are.",
          unit: "backups",
          example: 3,
        }),
      }),
      {},
    ),
    { description: "What is kept." },
  ),
  maxAge: field(withDefault(duration({ min: "1h", max: "90d" }), "26h"), {
    description: "The newest backup being older than this is a condition and an alarm.",
    unit: "duration such as 26h",
    example: "26h",
  }),
  skip: field(withDefault(z.array(z.enum(skippable)), []), {
    description: "What a backup leaves out.",
    example: ["artifacts"],
  }),
  snapshots: field(
    withDefault(
      section({
        enabled: field(withDefault(z.boolean(), true), {
          description: "Whether the data volume is also snapshot with each backup.",
          example: true,
        }),
        keep: field(withDefault(wholeNumber(1, 100), 7), {
          description: "How many snapshots are kept.",
          unit: "snapshots",
          example: 7,
        }),
      }),
      {},
    ),
    { description: "Snapshots of the data volume: the fast way back." },
  ),
  deletionPolicy: field(withDefault(z.enum(["Retain", "Delete"]), "Retain"), {
    description: "What happens to bucket and snapshots when the fleet is destroyed.",
    example: "Retain",
  }),
});
