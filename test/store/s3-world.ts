import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { VirtualClock } from "../../sandbox/clock.ts";
import type { FaultRule } from "../../sandbox/faults.ts";
import { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { s3Service } from "../../sandbox/services/s3/service.ts";
import { type AwsConfig, attemptLimit } from "../../shared/aws/clients.ts";
import { S3ObjectStore } from "../../shared/aws/object-store-s3.ts";
import { StoreLeases } from "../../shared/store/lease.ts";

export const leaseTtl = 20 * 60_000;
const bucket = "acme-state";
const region = "eu-central-1";
const credentials = { accessKeyId: "AKIDSANDBOX", secretAccessKey: "secret" };

/** The embedded S3 on a virtual clock, with a versioned state bucket in it. */
export async function s3World(options: { readonly seed?: number; readonly pageSize?: number } = {}) {
  const clock = new VirtualClock();
  const sandbox = new Sandbox({ services: [s3Service()], clock, ...options });
  const client = new S3Client({ region, credentials, requestHandler: new SandboxHandler(sandbox) });
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
  sandbox.calls.clear();
  return { clock, sandbox };
}

export type S3World = Awaited<ReturnType<typeof s3World>>;

/** One process' view of the state bucket. */
export function processIn(
  { clock, sandbox }: S3World,
  name: string,
  requestHandler = new SandboxHandler(sandbox),
  where: { readonly bucket?: string; readonly region?: string; readonly account?: string } = {},
) {
  const config: AwsConfig = {
    region: where.region ?? region,
    credentials,
    requestHandler,
    retry: { attempts: 3, mode: "standard", baseDelay: 0 },
  };
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `${name}-${ids}`;
  };
  const clocks = { monotonic: () => clock.now(), wall: () => clock.now() };
  const store = new S3ObjectStore(config, { bucket, clocks, newId, ...where });
  const leases = new StoreLeases(store, {
    ttl: leaseTtl,
    margin: attemptLimit,
    newId,
    holder: name,
    now: () => clock.now(),
  });
  return { store, leases };
}

/** Faults that pass, each a few times: what a network does on a bad day. */
export const transient: readonly FaultRule["effect"][] = [
  { type: "lost" },
  { type: "reset" },
  { type: "throttle" },
  { type: "error", code: "InternalError", status: 500 },
  { type: "latency", milliseconds: 9_000 },
];
