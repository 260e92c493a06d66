import type { AwsConfig } from "../../shared/aws/clients.ts";
import { openStateBucket } from "../../shared/aws/state-bucket.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { keysOf } from "../../shared/store/keys.ts";
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

/** Somebody's typo must not become a fleet: a run leaves a lease and a status. @throws Failure `NoFleet` */
export async function assertKnown(store: ObjectStore, fleet: string): Promise<void> {
  const { desired, accepted } = keysOf(fleet);
  if ((await store.get(desired)) !== undefined || (await store.get(accepted)) !== undefined) return;
  throw new Failure({
    code: "NoFleet",
    class: "terminal",
    message: `the state bucket holds no fleet ${fleet}`,
    hint: "Check its name; a new one begins with `fleetkeeper push FILE`.",
  });
}
