import type { ObjectStore } from "../store/object-store.ts";
import type { AwsConfig } from "./clients.ts";
import type { S3ObjectStoreOptions } from "./object-store-s3.ts";

/** The state bucket. The SDK's S3 client is loaded by the first call only: it is the larger part of a cold start. */
export async function openStateBucket(config: AwsConfig, options: S3ObjectStoreOptions): Promise<ObjectStore> {
  const { S3ObjectStore } = await import("./object-store-s3.ts");
  return new S3ObjectStore(config, options);
}
