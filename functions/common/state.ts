import type { AwsConfig } from "../../shared/aws/clients.ts";
import { openStateBucket } from "../../shared/aws/state-bucket.ts";
import type { ObjectStore } from "../../shared/store/object-store.ts";
import { onlyFleet } from "../../shared/store/only-fleet.ts";
import { required } from "./environment.ts";
import type { FunctionProcess } from "./function-process.ts";

/** The state bucket, with whatever credentials are given. Only this account's. */
export function stateOf(aws: AwsConfig, process: FunctionProcess): Promise<ObjectStore> {
  return openStateBucket(aws, {
    bucket: required(process, "FLEETKEEPER_BUCKET"),
    account: required(process, "FLEETKEEPER_ACCOUNT"),
    clocks: { wall: process.now, monotonic: process.monotonic },
    newId: process.newId,
  });
}

/** The fleet that a payload names, or the only one that there is. @throws see onlyFleet */
export async function namedFleet(aws: AwsConfig, process: FunctionProcess, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  return onlyFleet(await stateOf(aws, process), undefined, '{"fleet": "NAME"}');
}
