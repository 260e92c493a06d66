import type * as client from "@aws-sdk/client-s3";
import { ServiceError } from "../../service-error.ts";
import { malformedXml } from "./malformed-xml.ts";

/** A new bucket's: S3's own keys, and since April 2026 no keys of customers' own. */
export function defaultEncryption(): client.ServerSideEncryptionConfiguration {
  return {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
      },
    ],
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
export function checkedEncryption(
  asked: client.ServerSideEncryptionConfiguration | undefined,
  before: client.ServerSideEncryptionConfiguration | undefined,
): client.ServerSideEncryptionConfiguration {
  const rules = asked?.Rules ?? [];
  const rule = rules[0];
  if (rules.length !== 1 || rule === undefined) throw malformedXml();
  const by = rule.ApplyServerSideEncryptionByDefault;
  if (by !== undefined) {
    if (!["AES256", "aws:kms", "aws:kms:dsse"].includes(by.SSEAlgorithm ?? "")) throw malformedXml();
    if (by.SSEAlgorithm === "AES256" && by.KMSMasterKeyID !== undefined) {
      throw new ServiceError(
        "InvalidArgument",
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
      );
    }
  }
  // What isn't said of blocked types stays as it was.
  const blocked = rule.BlockedEncryptionTypes ?? before?.Rules?.[0]?.BlockedEncryptionTypes;
  return {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: by ?? { SSEAlgorithm: "AES256" },
        BucketKeyEnabled: rule.BucketKeyEnabled ?? false,
        ...(blocked === undefined ? {} : { BlockedEncryptionTypes: blocked }),
      },
    ],
  };
}
