import { choice, flag, integer, type SettingTable, secret, text } from "./setting.ts";

/** `[runners.cache]`. Source: GitLab Runner docs, "The [runners.cache] section". */
export const cacheSettings = {
  type: choice("Type", ["s3", "gcs", "azure"], "Where the cache is kept.", "s3"),
  path: text("Path", "What stands before every key in the bucket; without a slash at either end.", "runner"),
  shared: flag(
    "Shared",
    "Whether runners share the cache. Not shared, each key holds the runner's token: a new token loses the cache.",
  ),
  maxUploadedArchiveSizeBytes: integer(
    "MaxUploadedArchiveSize",
    {},
    "The largest archive that may be uploaded.",
    1073741824,
    "bytes",
  ),
} as const satisfies SettingTable;

/** `[runners.cache.s3]`. */
export const cacheS3Settings = {
  serverAddress: text(
    "ServerAddress",
    "Host and port of an S3-compatible store. Left out, Amazon's.",
    "s3.amazonaws.com",
  ),
  bucketName: text("BucketName", "The bucket. Default: the fleet's.", "acme-gitlab-cache"),
  bucketLocation: text("BucketLocation", "The bucket's region. Default: the fleet's.", "eu-central-1"),
  authenticationType: choice("AuthenticationType", ["iam", "access-key"], "By the host's role, or by keys.", "iam"),
  accessKeySecret: secret("AccessKey", "Access key id, where keys are used.", "cache-access-key"),
  secretKeySecret: secret("SecretKey", "Secret access key, where keys are used.", "cache-secret-key"),
  sessionTokenSecret: secret("SessionToken", "Session token, where keys are used.", "cache-session-token"),
  insecure: flag("Insecure", "Whether the store is reached without TLS.", false),
  serverSideEncryption: choice(
    "ServerSideEncryption",
    ["S3", "AES256", "KMS", "aws:kms", "DSSE-KMS", "aws:kms:dsse"],
    "How objects are encrypted. Default: as the bucket says.",
    "S3",
  ),
  serverSideEncryptionKeyId: text("ServerSideEncryptionKeyID", "The KMS key, where KMS encrypts.", "alias/acme-cache"),
  dualStack: flag("DualStack", "Whether S3's addresses for both IPv4 and IPv6 are used."),
  pathStyle: flag("PathStyle", "Whether the bucket stands in the path instead of the host name.", false),
  accelerate: flag("Accelerate", "Whether S3 Transfer Acceleration is used.", false),
  roleArn: text(
    "RoleARN",
    "Role that transfers are made with (GitLab Runner 17.8 and later).",
    "arn:aws:iam::123456789012:role/cache",
  ),
  uploadRoleArn: text(
    "UploadRoleARN",
    "Deprecated by GitLab in favour of roleArn.",
    "arn:aws:iam::123456789012:role/cache",
  ),
  assumeRoleMaxConcurrency: integer(
    "AssumeRoleMaxConcurrency",
    { min: -1 },
    "How often that role is assumed at once; -1 is no limit.",
    5,
    "requests",
  ),
  disableAssumeRoleCredentialsCaching: flag(
    "DisableAssumeRoleCredentialsCaching",
    "Whether that role's credentials are not kept.",
  ),
} as const satisfies SettingTable;
