import type { ServerSideEncryption, ServerSideEncryptionConfiguration, StorageClass } from "@aws-sdk/client-s3";
import { ServiceError } from "../../service-error.ts";
import { accessDenied, checkedTags } from "./bucket.ts";
import { configured } from "./configuration.ts";
import type { BucketState, ObjectAttributes } from "./state.ts";

/** What PutObject, CreateMultipartUpload and CopyObject have in common. */
export interface AttributeInput {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly StorageClass?: StorageClass | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly Tagging?: string | undefined;
  readonly ServerSideEncryption?: ServerSideEncryption | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly ACL?: string | undefined;
}

/** The attributes of a new object, with the bucket's default encryption. */
export function attributesOf(input: AttributeInput, bucket: BucketState): ObjectAttributes {
  if (input.SSECustomerAlgorithm !== undefined) {
    throw accessDenied("Server-side encryption with customer-provided keys is blocked for this bucket.");
  }
  if (input.ACL !== undefined && !["private", "bucket-owner-full-control"].includes(input.ACL)) {
    throw new ServiceError("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  const metadata = input.Metadata ?? {};
  const size = Object.entries(metadata).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value, "utf8"), 0);
  if (size > 2048) {
    throw new ServiceError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
  }
  return {
    ...plain(input),
    metadata,
    tags: tagsOf(input.Tagging),
    ...encryptionOf(input, bucket),
  };
}

function plain(input: AttributeInput): Partial<ObjectAttributes> {
  const attributes: Partial<ObjectAttributes> = { contentType: input.ContentType ?? "binary/octet-stream" };
  if (input.ContentEncoding !== undefined) attributes.contentEncoding = input.ContentEncoding;
  if (input.ContentDisposition !== undefined) attributes.contentDisposition = input.ContentDisposition;
  if (input.ContentLanguage !== undefined) attributes.contentLanguage = input.ContentLanguage;
  if (input.CacheControl !== undefined) attributes.cacheControl = input.CacheControl;
  if (input.Expires !== undefined) attributes.expires = input.Expires.getTime();
  if (input.StorageClass !== undefined) attributes.storageClass = input.StorageClass;
  if (input.WebsiteRedirectLocation !== undefined) attributes.websiteRedirectLocation = input.WebsiteRedirectLocation;
  return attributes;
}

/** The tagging header's form: `key=value&key=value`. */
export function tagsOf(tagging: string | undefined): { Key: string; Value: string }[] {
  if (tagging === undefined || tagging === "") return [];
  return checkedTags(
    [...new URLSearchParams(tagging)].map(([Key, Value]) => ({ Key, Value })),
    10,
  );
}

function encryptionOf(
  input: AttributeInput,
  bucket: BucketState,
): Pick<ObjectAttributes, "encryption" | "kmsKeyId" | "bucketKeyEnabled"> {
  const rule = configured<ServerSideEncryptionConfiguration>(bucket, "encryption")?.Rules?.[0];
  const byDefault = rule?.ApplyServerSideEncryptionByDefault;
  const encryption = input.ServerSideEncryption ?? byDefault?.SSEAlgorithm ?? "AES256";
  if (encryption === "AES256") return { encryption };
  const kmsKeyId = input.SSEKMSKeyId ?? byDefault?.KMSMasterKeyID ?? "alias/aws/s3";
  const bucketKeyEnabled = input.BucketKeyEnabled ?? rule?.BucketKeyEnabled ?? false;
  return { encryption, kmsKeyId, bucketKeyEnabled };
}

/** What an answer to a write says of encryption. */
export function encryptionHeaders(attributes: ObjectAttributes) {
  return {
    ServerSideEncryption: attributes.encryption as ServerSideEncryption,
    ...(attributes.kmsKeyId === undefined ? {} : { SSEKMSKeyId: attributes.kmsKeyId }),
    ...(attributes.bucketKeyEnabled === true ? { BucketKeyEnabled: true } : {}),
  };
}
