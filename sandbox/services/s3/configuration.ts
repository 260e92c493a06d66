import type * as client from "@aws-sdk/client-s3";
import type { Operations } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { bucketOf, checkedTags, type S3Context } from "./bucket.ts";
import { checkedEncryption, defaultEncryption } from "./encryption.ts";
import { checkedLifecycle } from "./lifecycle.ts";
import { malformedXml } from "./malformed-xml.ts";
import { blocksPublicPolicy, checkPolicy, isPublic } from "./policy.ts";
import type { BucketState, S3State } from "./state.ts";

/**
 * What a new bucket has without being asked.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html SSE-C off since April 2026
 */
export function defaultConfiguration(ownership: client.ObjectOwnership): Record<string, object> {
  const block: client.PublicAccessBlockConfiguration = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  return {
    encryption: defaultEncryption(),
    publicAccessBlock: block,
    ownershipControls: { Rules: [{ ObjectOwnership: ownership }] },
  };
}

/** Configurations are kept as they were put; dates in them as text, which the wire writes the same. */
function keep(bucket: BucketState, name: string, value: object): void {
  bucket.configuration[name] = JSON.parse(JSON.stringify(value)) as object;
}

/** Reads back what {@link keep} kept under the same name. */
export function configured<Value extends object>(bucket: BucketState, name: string): Value | undefined {
  return bucket.configuration[name] as Value | undefined;
}

function required<Value extends object>(bucket: BucketState, name: string, code: string, message: string): Value {
  const value = configured<Value>(bucket, name);
  if (value === undefined) throw new ServiceError(code, message, { status: 404, fields: { BucketName: bucket.name } });
  return value;
}

function noSuch(code: string, message: string, bucket: BucketState): ServiceError {
  return new ServiceError(code, message, { status: 404, fields: { BucketName: bucket.name } });
}

/** Everything about a bucket that is put, got and deleted as a whole. */
export const configurationOperations: Operations<typeof client, S3State> = {
  GetBucketVersioning(input, context) {
    const { versioning } = bucketOf(input, context);
    return versioning === undefined ? {} : { Status: versioning };
  },
  PutBucketVersioning(input, context) {
    const bucket = bucketOf(input, context);
    const status = input.VersioningConfiguration?.Status;
    if (status !== "Enabled" && status !== "Suspended") throw malformedXml();
    bucket.versioning = status;
    return {};
  },

  GetBucketTagging(input, context) {
    const bucket = bucketOf(input, context);
    if (bucket.tags === undefined) throw noSuch("NoSuchTagSet", "The TagSet does not exist", bucket);
    return { TagSet: bucket.tags };
  },
  PutBucketTagging(input, context) {
    const bucket = bucketOf(input, context);
    bucket.tags = checkedTags(input.Tagging?.TagSet ?? [], 50);
    return {};
  },
  DeleteBucketTagging(input, context) {
    delete bucketOf(input, context).tags;
    return {};
  },

  GetBucketEncryption(input, context) {
    const bucket = bucketOf(input, context);
    return { ServerSideEncryptionConfiguration: configured(bucket, "encryption") };
  },
  PutBucketEncryption(input, context) {
    const bucket = bucketOf(input, context);
    keep(
      bucket,
      "encryption",
      checkedEncryption(input.ServerSideEncryptionConfiguration, configured(bucket, "encryption")),
    );
    return {};
  },
  DeleteBucketEncryption(input, context) {
    keep(bucketOf(input, context), "encryption", defaultEncryption());
    return {};
  },

  GetPublicAccessBlock(input, context) {
    const code = "NoSuchPublicAccessBlockConfiguration";
    const message = "The public access block configuration was not found";
    return {
      PublicAccessBlockConfiguration: required(bucketOf(input, context), "publicAccessBlock", code, message),
    };
  },
  PutPublicAccessBlock(input, context) {
    const bucket = bucketOf(input, context);
    const asked = input.PublicAccessBlockConfiguration ?? {};
    keep(bucket, "publicAccessBlock", {
      BlockPublicAcls: asked.BlockPublicAcls ?? false,
      IgnorePublicAcls: asked.IgnorePublicAcls ?? false,
      BlockPublicPolicy: asked.BlockPublicPolicy ?? false,
      RestrictPublicBuckets: asked.RestrictPublicBuckets ?? false,
    });
    return {};
  },
  DeletePublicAccessBlock(input, context) {
    delete bucketOf(input, context).configuration["publicAccessBlock"];
    return {};
  },

  GetBucketOwnershipControls(input, context) {
    const code = "OwnershipControlsNotFoundError";
    const message = "The bucket ownership controls were not found";
    return { OwnershipControls: required(bucketOf(input, context), "ownershipControls", code, message) };
  },
  PutBucketOwnershipControls(input, context) {
    const bucket = bucketOf(input, context);
    const rules = input.OwnershipControls?.Rules ?? [];
    const known = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];
    if (rules.length !== 1 || !known.includes(rules[0]?.ObjectOwnership ?? "")) throw malformedXml();
    keep(bucket, "ownershipControls", { Rules: rules });
    return {};
  },
  DeleteBucketOwnershipControls(input, context) {
    delete bucketOf(input, context).configuration["ownershipControls"];
    return {};
  },

  GetBucketLifecycleConfiguration(input, context) {
    const message = "The lifecycle configuration does not exist";
    return required(bucketOf(input, context), "lifecycle", "NoSuchLifecycleConfiguration", message);
  },
  PutBucketLifecycleConfiguration(input, context) {
    const bucket = bucketOf(input, context);
    const TransitionDefaultMinimumObjectSize = input.TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K";
    const Rules = checkedLifecycle(input.LifecycleConfiguration?.Rules, () => context.random.uuid());
    keep(bucket, "lifecycle", { Rules, TransitionDefaultMinimumObjectSize });
    return { TransitionDefaultMinimumObjectSize };
  },
  DeleteBucketLifecycle(input, context) {
    delete bucketOf(input, context).configuration["lifecycle"];
    return {};
  },

  GetBucketPolicy(input, context) {
    return { Policy: policyOf(bucketOf(input, context)) };
  },
  GetBucketPolicyStatus(input, context) {
    return { PolicyStatus: { IsPublic: isPublic(policyOf(bucketOf(input, context))) } };
  },
  PutBucketPolicy(input, context) {
    const bucket = bucketOf(input, context);
    const policy = input.Policy ?? "";
    checkPolicy(policy, bucket.name, context.partition);
    if (blocksPublicPolicy(configured(bucket, "publicAccessBlock")) && isPublic(policy)) {
      const who = context.caller.arn;
      const why = `because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
      const what = `s3:PutBucketPolicy on resource: "arn:${context.partition}:s3:::${bucket.name}"`;
      throw new ServiceError("AccessDenied", `User: ${who} is not authorized to perform: ${what} ${why}`, {
        status: 403,
      });
    }
    bucket.policy = policy;
    return {};
  },
  DeleteBucketPolicy(input, context) {
    delete bucketOf(input, context).policy;
    return {};
  },

  GetBucketLogging(input, context) {
    return configured(bucketOf(input, context), "logging") ?? {};
  },
  PutBucketLogging(input, context) {
    keep(bucketOf(input, context), "logging", input.BucketLoggingStatus ?? {});
    return {};
  },
  GetBucketNotificationConfiguration(input, context) {
    return configured(bucketOf(input, context), "notification") ?? {};
  },
  PutBucketNotificationConfiguration(input, context) {
    keep(bucketOf(input, context), "notification", input.NotificationConfiguration ?? {});
    return {};
  },
  GetBucketCors(input, context) {
    const message = "The CORS configuration does not exist";
    return required(bucketOf(input, context), "cors", "NoSuchCORSConfiguration", message);
  },
  PutBucketCors(input, context) {
    keep(bucketOf(input, context), "cors", input.CORSConfiguration ?? {});
    return {};
  },
  DeleteBucketCors(input, context) {
    delete bucketOf(input, context).configuration["cors"];
    return {};
  },
  GetBucketAccelerateConfiguration(input, context) {
    bucketOf(input, context);
    return {};
  },
  GetBucketRequestPayment(input, context) {
    bucketOf(input, context);
    return { Payer: "BucketOwner" };
  },
  GetBucketWebsite(input, context) {
    const bucket = bucketOf(input, context);
    throw noSuch("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", bucket);
  },
  GetBucketReplication(input, context) {
    const bucket = bucketOf(input, context);
    throw noSuch("ReplicationConfigurationNotFoundError", "The replication configuration was not found", bucket);
  },
  GetObjectLockConfiguration(input, context) {
    const bucket = bucketOf(input, context);
    const message = "Object Lock configuration does not exist for this bucket";
    throw noSuch("ObjectLockConfigurationNotFoundError", message, bucket);
  },
  GetBucketAcl(input, context) {
    bucketOf(input, context);
    return ownerOnly(context);
  },
  PutBucketAcl(input, context) {
    const bucket = bucketOf(input, context);
    const controls = configured<client.OwnershipControls>(bucket, "ownershipControls");
    if (controls?.Rules?.[0]?.ObjectOwnership === "BucketOwnerEnforced" && input.ACL !== "private") {
      throw new ServiceError("AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
    return {};
  },
};

export function ownerOnly(context: S3Context) {
  const ID = context.account.padStart(64, "0");
  return {
    Owner: { ID },
    Grants: [{ Grantee: { Type: "CanonicalUser" as const, ID }, Permission: "FULL_CONTROL" as const }],
  };
}

function policyOf(bucket: BucketState): string {
  if (bucket.policy !== undefined) return bucket.policy;
  throw noSuch("NoSuchBucketPolicy", "The bucket policy does not exist", bucket);
}
