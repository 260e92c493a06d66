import { type BucketLocationConstraint, S3 } from "@aws-sdk/client-s3";

/** A bucket for the state of one life, gone afterwards. */
export class StateBucket {
  readonly name: string;
  readonly #s3: S3;
  readonly #region: string;

  constructor(aws: { readonly region: string; readonly endpoint?: string }, name: string) {
    this.name = name;
    this.#region = aws.region;
    this.#s3 = new S3({ ...aws, forcePathStyle: aws.endpoint !== undefined });
  }

  async make(): Promise<void> {
    const LocationConstraint = this.#region as BucketLocationConstraint;
    // The first region has no name as a place.
    const place = this.#region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } };
    await this.#s3.createBucket({ Bucket: this.name, ...place });
    await this.#s3.putBucketVersioning({ Bucket: this.name, VersioningConfiguration: { Status: "Enabled" } });
  }

  async end(): Promise<void> {
    for (;;) {
      const { Versions = [], DeleteMarkers = [] } = await this.#s3.listObjectVersions({ Bucket: this.name });
      const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
      if (Objects.length === 0) break;
      await this.#s3.deleteObjects({ Bucket: this.name, Delete: { Objects } });
    }
    await this.#s3.deleteBucket({ Bucket: this.name });
  }
}
