import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { readOrAbsent, required } from "./answer.ts";
import type { BackupReader } from "./backups-port.ts";
import { allItems } from "./pages.ts";

export function backupReader(client: S3Client): BackupReader {
  const of = (bucket: string, owner: string | undefined) => ({ Bucket: bucket, ExpectedBucketOwner: owner });
  return {
    folders: (bucket, prefix, owner) =>
      readOrAbsent(`listing the backups in bucket ${bucket}`, async () => {
        const input = { ...of(bucket, owner), Prefix: prefix, Delimiter: "/" };
        const found = await allItems(paginateListObjectsV2({ client }, input), (page) => page.CommonPrefixes);
        return found.map(({ Prefix = "" }) => Prefix.slice(prefix.length, -1)).sort();
      }),
    text: (bucket, key, owner) =>
      readOrAbsent(`reading s3://${bucket}/${key}`, async () => {
        const { Body } = await client.send(new GetObjectCommand({ ...of(bucket, owner), Key: key }));
        return required(Body, "the object").transformToString();
      }),
    size: (bucket, key, owner) =>
      readOrAbsent(`looking at s3://${bucket}/${key}`, async () => {
        const { ContentLength } = await client.send(new HeadObjectCommand({ ...of(bucket, owner), Key: key }));
        return required(ContentLength, "the object's size");
      }),
  };
}
