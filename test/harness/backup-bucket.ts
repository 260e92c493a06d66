import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";

const Bucket = "acme-gitlab-backups";

/** The sample fleet's backups, as a person with the AWS CLI sees them. */
export class BackupBucket {
  readonly #s3: S3Client;

  constructor(settings: S3ClientConfig) {
    this.#s3 = new S3Client({ ...settings, forcePathStyle: true });
  }

  async keys(): Promise<readonly string[]> {
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key = "" }) => Key);
  }

  async text(Key: string): Promise<string> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? "";
  }

  async put(Key: string, Body: string): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }

  /** Oldest first. */
  async manifests(): Promise<readonly string[]> {
    const keys = (await this.keys()).filter((key) => key.endsWith("/manifest.json"));
    return Promise.all(keys.map((key) => this.text(key)));
  }

  /** Keys of which a version is kept though they are deleted. */
  async deleted(): Promise<readonly string[]> {
    const { DeleteMarkers = [], Versions = [] } = await this.#s3.send(new ListObjectVersionsCommand({ Bucket }));
    const kept = new Set(Versions.map(({ Key = "" }) => Key));
    return DeleteMarkers.filter(({ IsLatest }) => IsLatest).flatMap(({ Key = "" }) => (kept.has(Key) ? [Key] : []));
  }

  /** What a person does before a bucket with versions can go. */
  async empty(): Promise<void> {
    const { Versions = [], DeleteMarkers = [] } = await this.#s3.send(new ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      await this.#s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    }
  }
}
