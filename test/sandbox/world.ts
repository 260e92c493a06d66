import { S3 } from "@aws-sdk/client-s3";
import type { Logger } from "@smithy/types";
import { VirtualClock } from "../../sandbox/clock.ts";
import { Sandbox, type SandboxOptions } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { s3Service } from "../../sandbox/services/s3/service.ts";

export interface World {
  readonly sandbox: Sandbox;
  readonly s3: S3;
  /** SDK client settings for one more client of this sandbox. */
  client(options?: { readonly region?: string; readonly handler?: SandboxHandler }): {
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly requestHandler: SandboxHandler;
    readonly maxAttempts: number;
    readonly logger: Logger;
  };
}

/** The SDK warns of bodies whose length it can't tell, empty ones among them. */
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A sandbox with S3, at a fixed time, and an unmodified SDK client of it that doesn't retry. */
export function world(options: Partial<SandboxOptions> = {}): World {
  const sandbox = new Sandbox({
    services: [s3Service()],
    clock: new VirtualClock(Date.UTC(2026, 10, 24, 12)),
    ...options,
  });
  const client: World["client"] = ({ region = "eu-central-1", handler = new SandboxHandler(sandbox) } = {}) => ({
    region,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    requestHandler: handler,
    maxAttempts: 1,
    logger: silent,
  });
  return { sandbox, s3: new S3(client()), client };
}

/** The same with a bucket `acme`. */
export async function worldWithBucket(
  options: Partial<SandboxOptions> = {},
): Promise<World & { readonly Bucket: string }> {
  const made = world(options);
  await made.s3.createBucket({ Bucket: "acme", CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } });
  return { ...made, Bucket: "acme" };
}
