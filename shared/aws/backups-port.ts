/** One object of a bucket of backups. */
export type StoredObject = { readonly key: string; readonly sizeBytes: number };

/** What lies in a bucket of backups, as far as it must be known: names, sizes and manifests. */
export interface BackupReader {
  /** Every object under a prefix, all pages, sorted by key. Undefined: there is no such bucket. */
  objects(bucket: string, prefix: string, owner?: string): Promise<readonly StoredObject[] | undefined>;
  /** An object's text; undefined where it certainly isn't there. */
  text(bucket: string, key: string, owner?: string): Promise<string | undefined>;
}

export interface BackupWriter {
  /** In this order, one after the other. In a bucket with versions it can be had again; what is gone already is no error. */
  remove(bucket: string, keys: readonly string[], owner?: string): Promise<void>;
}

export type SnapshotRecord = {
  readonly id: string;
  readonly volumeId: string;
  /** Epoch milliseconds: the point in time that it is of. */
  readonly startedAt: number;
  /** `pending`, `completed`, `error`, `recoverable`, `recovering` */
  readonly state: string;
  readonly encrypted: boolean;
  /** ARN of the key that it is encrypted by. */
  readonly kmsKey?: string;
  /** Of the volume that it is of: a volume made of it is at least as large. */
  readonly sizeGiB: number;
  readonly tags: Readonly<Record<string, string>>;
};

export interface SnapshotReader {
  /** Every snapshot of this account and region with all these tags. */
  tagged(tags: Readonly<Record<string, string>>): Promise<readonly SnapshotRecord[]>;
}

export interface SnapshotWriter {
  create(volumeId: string, description: string, tags: Readonly<Record<string, string>>): Promise<string>;
  remove(snapshotId: string): Promise<void>;
}
