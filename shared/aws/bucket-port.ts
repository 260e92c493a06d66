import type { Json, JsonObject } from "../engine/json.ts";

export type BucketEncryption = {
  /** `AES256`, `aws:kms` or `aws:kms:dsse`. */
  readonly algorithm: string;
  readonly key?: string;
  readonly bucketKey: boolean;
  /** What isn't ours to say (blocked encryption types), as S3 gave it: it is written back with every change. */
  readonly rest: JsonObject;
};

export type PublicAccessBlock = {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
};

/** Rules as S3 gives them, dates as ISO 8601 text. One document: who changes a rule writes them all. */
export type Lifecycle = {
  readonly rules: readonly JsonObject[];
  /** `TransitionDefaultMinimumObjectSize`, where S3 says one. */
  readonly minimumSize?: string;
};

/**
 * Of the bucket's configurations, `undefined` is none (or no bucket: {@link BucketReader.head} tells).
 * With `owner`, an account id, S3 refuses to speak of another account's bucket.
 */
export interface BucketReader {
  /** A bucket in another region is still found; one of another account is `AccessDenied`. */
  head(bucket: string, owner?: string): Promise<{ readonly region: string } | undefined>;
  encryption(bucket: string, owner?: string): Promise<BucketEncryption | undefined>;
  publicAccessBlock(bucket: string, owner?: string): Promise<PublicAccessBlock | undefined>;
  /** `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`. */
  ownership(bucket: string, owner?: string): Promise<string | undefined>;
  lifecycle(bucket: string, owner?: string): Promise<Lifecycle | undefined>;
  policy(bucket: string, owner?: string): Promise<string | undefined>;
  /** False: never on, or suspended. */
  versioning(bucket: string, owner?: string): Promise<boolean | undefined>;
  tags(bucket: string, owner?: string): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface NewBucket {
  readonly name: string;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface BucketWriter extends BucketReader {
  /** With its tags and with ACLs off. `exists`: the name is taken, by this account or by another. */
  create(bucket: NewBucket): Promise<"created" | "exists">;
  /** Refused (`InUse`) while anything is in it, old versions included. */
  delete(bucket: string, owner?: string): Promise<void>;
  putEncryption(bucket: string, encryption: BucketEncryption, owner?: string): Promise<void>;
  putPublicAccessBlock(bucket: string, block: PublicAccessBlock, owner?: string): Promise<void>;
  putOwnership(bucket: string, ownership: string, owner?: string): Promise<void>;
  putLifecycle(bucket: string, lifecycle: Lifecycle, owner?: string): Promise<void>;
  enableVersioning(bucket: string, owner?: string): Promise<void>;
  putPolicy(bucket: string, document: string, owner?: string): Promise<void>;
  /** All tags: what isn't given is taken away. */
  putTags(bucket: string, tags: Readonly<Record<string, string>>, owner?: string): Promise<void>;
}

/** The JSON members of any answer: no undefined, dates as ISO 8601 text. */
export function plainJson(value: unknown): JsonObject {
  const json: Json = JSON.parse(JSON.stringify(value ?? {}));
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as JsonObject) : {};
}
