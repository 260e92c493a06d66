import * as z from "zod/mini";
import { bucketName, encryptionSchema, objectPrefix } from "./bucket.ts";
import { field, section, withDefault } from "./field.ts";
import { wholeNumber } from "./values.ts";

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
