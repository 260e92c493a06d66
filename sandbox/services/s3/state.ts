import type { StateKey } from "../../service.ts";

export interface S3State {
  /** By name, this account's. */
  readonly buckets: Record<string, BucketState>;
  /** Names that other accounts have taken: name to account. Seeded by tests. */
  readonly foreign: Record<string, string>;
}

export interface BucketState {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  versioning?: "Enabled" | "Suspended";
  tags?: { Key: string; Value: string }[];
  /** The policy's text, as it was put. */
  policy?: string;
  /** The other configurations by the name of their query (`lifecycle`, `publicAccessBlock`), as the SDK types them. */
  readonly configuration: Record<string, object>;
  /** Versions by key, newest first. */
  readonly objects: Record<string, VersionState[]>;
  readonly uploads: Record<string, UploadState>;
}

/** What a writer says of an object and a reader gets back. */
export interface ObjectAttributes {
  contentType?: string;
  contentEncoding?: string;
  contentDisposition?: string;
  contentLanguage?: string;
  cacheControl?: string;
  /** Epoch milliseconds. */
  expires?: number;
  storageClass?: string;
  websiteRedirectLocation?: string;
  /** User metadata, names in lower case. */
  metadata: Record<string, string>;
  tags: { Key: string; Value: string }[];
  encryption: string;
  kmsKeyId?: string;
  bucketKeyEnabled?: boolean;
}

/** Checksum values in base64, by algorithm. */
export type Checksums = Partial<Record<"CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256", string>>;

export interface VersionState extends ObjectAttributes {
  /** `null` for what was written without versioning. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly deleteMarker: boolean;
  /** In quotes, as on the wire. */
  readonly etag: string;
  /** Base64. */
  readonly body: string;
  readonly size: number;
  readonly checksums: Checksums;
  readonly parts?: number;
}

export interface UploadState extends ObjectAttributes {
  readonly id: string;
  readonly key: string;
  readonly startedAt: number;
  readonly checksumAlgorithm?: string;
  readonly checksumType?: string;
  readonly parts: Record<string, PartState>;
}

export interface PartState {
  readonly etag: string;
  readonly body: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly checksums: Checksums;
}

/** Bucket names are one space for all regions. */
export const s3State: StateKey<S3State> = {
  name: "s3",
  global: true,
  initial: () => ({ buckets: {}, foreign: {} }),
};
