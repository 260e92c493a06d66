import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { bucketReader } from "./bucket-reader.ts";
import { bucketWriter } from "./bucket-writer.ts";
import { type AwsConfig, readerClient, writerClient } from "./clients.ts";
import { iamReader } from "./iam-reader.ts";
import { iamWriter } from "./iam-writer.ts";
import { identityReader } from "./identity.ts";
import { networkReader, networkWriter } from "./network.ts";
import type { Readers, Writers } from "./ports.ts";

/** Clients that refuse to change anything, whatever the credentials would allow. */
export function sdkReaders(config: AwsConfig): Readers {
  return {
    identity: identityReader(readerClient(config, (settings) => new STSClient(settings))),
    iam: iamReader(readerClient(config, (settings) => new IAMClient(settings))),
    network: networkReader(readerClient(config, (settings) => new EC2Client(settings))),
    bucket: bucketReader(readerClient(config, (settings) => new S3Client(settings))),
  };
}

/** Clients that ask for leave right before each attempt, retries included. */
export function sdkWriters(config: AwsConfig, beforeAttempt: () => void): Writers {
  return {
    iam: iamWriter(writerClient(config, (settings) => new IAMClient(settings), beforeAttempt)),
    network: networkWriter(writerClient(config, (settings) => new EC2Client(settings), beforeAttempt)),
    bucket: bucketWriter(writerClient(config, (settings) => new S3Client(settings), beforeAttempt)),
  };
}
