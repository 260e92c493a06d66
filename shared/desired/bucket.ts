import * as z from "zod/mini";
import { field, section } from "./field.ts";
import { kmsKey, matching } from "./values.ts";

/** General purpose buckets. Source: S3 user guide, "General purpose bucket naming rules". */
export function bucketName() {
  return matching(
    /^(?!.*\.\.)(?!\d{1,3}(?:\.\d{1,3}){3}$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "a bucket name: 3 to 63 lower-case letters, digits, hyphens or dots, no reserved prefix or suffix",
  );
}

export function objectPrefix() {
  return matching(
    /^(?!\/)(?!.*\/\/)[A-Za-z0-9!_.*'()/-]{0,255}\/$/,
    'a prefix that ends with "/" and doesn\'t start with one, such as runner/',
  );
}

export const encryptionSchema = z.discriminatedUnion("type", [
  section({ type: field(z.literal("SSE-S3"), { description: "AES-256 with keys of S3's own.", example: "SSE-S3" }) }),
  section({
    type: field(z.literal("SSE-KMS"), { description: "A KMS key, with S3 bucket keys on.", example: "SSE-KMS" }),
    key: field(kmsKey(), { description: "The KMS key.", example: "alias/acme-cache" }),
  }),
]);
