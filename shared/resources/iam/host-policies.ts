import type { Fleet } from "../../desired/fleet.ts";
import { parameterPath, secretPath } from "../../desired/names.ts";
import type { JsonObject } from "../../engine/json.ts";
import { arnsOf, partitionOf } from "../common/arn.ts";
import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";

/** Where the host writes what is too long for SSM's answers: a prefix of the state bucket that is this fleet's own. */
export interface HostOutputs {
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefixOf: (fleet: string) => string;
}

/** The runner signs cache URLs on the manager, so the manager needs what jobs do to the cache. */
export function cachePolicy(fleet: Fleet): PolicyDocument {
  const arns = arnsOf(fleet);
  const { bucket, encryption } = fleet.spec.cache;
  const key: readonly JsonObject[] = encryption.type === "SSE-KMS" ? [keyStatement(fleet, encryption.key)] : [];
  return document([
    {
      Sid: "Objects",
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
      Resource: arns.s3(`${bucket}/*`),
    },
    { Sid: "Bucket", Effect: "Allow", Action: "s3:ListBucket", Resource: arns.s3(bucket) },
    ...key,
  ]);
}

/** The fleet's own backups: made, and read for a restore. Never deleted by the host, so that nobody on it can. */
export function backupsPolicy(fleet: Fleet): PolicyDocument | undefined {
  const backups = fleet.spec.host?.backups;
  if (backups === undefined) return undefined;
  const arns = arnsOf(fleet);
  const { bucket, prefix, encryption } = backups;
  const key: readonly JsonObject[] =
    encryption.type === "SSE-KMS" ? [keyStatement(fleet, encryption.key, "BackupsKey")] : [];
  return document([
    {
      Sid: "Backups",
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      Resource: arns.s3(`${bucket}/${prefix}${fleet.metadata.name}/*`),
    },
    {
      // Without it S3 answers 403 for a backup that isn't there, which is unknown and not absent.
      Sid: "BackupsThere",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: arns.s3(bucket),
      Condition: { StringLikeIfExists: { "s3:prefix": `${prefix}${fleet.metadata.name}/*` } },
    },
    ...key,
  ]);
}

/** The one key, through S3 only. An alias is no resource of IAM's: it is a condition on the key that it points to. */
function keyStatement(fleet: Fleet, key: string, sid = "Key"): JsonObject {
  const arns = arnsOf(fleet);
  const alias = /(?:^|:)(alias\/.+)$/.exec(key)?.[1];
  const named = key.startsWith("arn:") ? key : arns.kms(`key/${key}`);
  return {
    Sid: sid,
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: alias === undefined ? named : arns.kms("key/*"),
    Condition: {
      StringEquals: { "kms:ViaService": viaService(fleet, "s3") },
      ...(alias === undefined ? {} : { "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias } }),
    },
  };
}

/**
 * The host alone reads its secrets. Whatever key encrypts them, Decrypt works through Parameter Store only, and for these
 * parameters only: it puts the parameter's ARN into the encryption context
 * (https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html).
 */
export function secretsPolicy(fleet: Fleet): PolicyDocument {
  const arns = arnsOf(fleet);
  const path = parameterPath(fleet.metadata.name).slice(1);
  const parameters = arns.ssm(`parameter/${path}*`);
  return document([
    {
      // GitLab's first root password: the host puts it where people find it.
      Sid: "RootPassword",
      Effect: "Allow",
      Action: "ssm:PutParameter",
      Resource: arns.ssm(`parameter${secretPath(fleet.metadata.name, "root-password")}`),
    },
    {
      Sid: "Secrets",
      Effect: "Allow",
      Action: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
      // By path is asked of the path itself, without the slash.
      Resource: [parameters, arns.ssm(`parameter/${path.slice(0, -1)}`)],
    },
    {
      Sid: "DecryptSecrets",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: arns.kms("key/*"),
      Condition: {
        StringEquals: { "kms:ViaService": viaService(fleet, "ssm") },
        StringLike: { "kms:EncryptionContext:PARAMETER_ARN": parameters },
      },
    },
  ]);
}

export function outputsPolicy(fleet: Fleet, outputs: HostOutputs): PolicyDocument {
  const arns = arnsOf(fleet);
  return document([
    {
      Sid: "Outputs",
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:PutObject"],
      Resource: arns.s3(`${outputs.bucket}/${outputs.prefixOf(fleet.metadata.name)}*`),
    },
  ]);
}

function viaService(fleet: Fleet, service: "s3" | "ssm"): string {
  const { region } = fleet.spec;
  return `${service}.${region}.amazonaws.com${partitionOf(region) === "aws-cn" ? ".cn" : ""}`;
}

function document(statements: readonly JsonObject[]): PolicyDocument {
  return tidyPolicy({ Version: "2012-10-17", Statement: statements });
}
