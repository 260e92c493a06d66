import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { readOrAbsent, removeOrGone, required } from "./answer.ts";
import type { BackupReader, BackupWriter } from "./backups-port.ts";
import { allItems } from "./pages.ts";

const of = (bucket: string, owner: string | undefined) => ({ Bucket: bucket, ExpectedBucketOwner: owner });

export function backupReader(client: S3Client): BackupReader {
  return {
    objects: (bucket, prefix, owner) =>
      readOrAbsent(`listing the backups in bucket ${bucket}`, async () => {
        const pages = paginateListObjectsV2({ client }, { ...of(bucket, owner), Prefix: prefix });
        const found = await allItems(pages, (page) => page.Contents);
        return found
          .map(({ Key, Size }) => ({ key: required(Key, "an object's key"), sizeBytes: required(Size, "its size") }))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
      }),
    text: (bucket, key, owner) =>
      readOrAbsent(`reading s3://${bucket}/${key}`, async () => {
        const { Body } = await client.send(new GetObjectCommand({ ...of(bucket, owner), Key: key }));
        return required(Body, "the object").transformToString();
      }),
  };
}

export function backupWriter(client: S3Client): BackupWriter {
  return {
    async remove(bucket, keys, owner) {
      for (const key of keys) {
        await removeOrGone(`deleting s3://${bucket}/${key}`, () =>
          client.send(new DeleteObjectCommand({ ...of(bucket, owner), Key: key })),
        );
      }
    },
  };
}
