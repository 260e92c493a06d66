import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { type Behaviour, type Clients, during } from "./behaviours.ts";

const api = "https://docs.aws.amazon.com/AmazonS3/latest/API/";

/** With an empty bucket. */
export function withBucket(look: (clients: Clients, bucket: string) => Promise<string>) {
  return async (clients: Clients): Promise<string> => {
    const { s3, place } = clients;
    const Bucket = `${place.prefix}-bucket`;
    const LocationConstraint = place.region as BucketLocationConstraint;
    await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint } });
    const empty = async () => {
      const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
      for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
        await s3.deleteObject({ Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) });
      }
    };
    return await during(
      () => look(clients, Bucket),
      empty,
      () => s3.deleteBucket({ Bucket }),
    );
  };
}

export function behaviour(name: string, aws: string, source: string, look: Behaviour["look"]): Behaviour {
  return { name: `s3: ${name}`, aws, source: source.startsWith("https:") ? source : `${api}API_${source}.html`, look };
}
