import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import type { AwsConfig } from "../shared/aws/clients.ts";
import { openStateBucket } from "../shared/aws/state-bucket.ts";
import type { ObjectStore } from "../shared/store/object-store.ts";
import { onlyFleet } from "../shared/store/only-fleet.ts";
import { version } from "../shared/version.ts";
import type { Io } from "./io.ts";
import { bucketOf, type CommonOptions, regionOf } from "./options.ts";

/** Where AWS is, by the options and the environment; credentials come from the SDK's own chain. */
export function awsConfig(io: Io, options: CommonOptions, regionFromFile?: string): AwsConfig {
  return {
    region: regionOf(options, io, regionFromFile),
    endpoint: options.endpointUrl === "" ? undefined : options.endpointUrl,
    monotonic: () => performance.now(),
    version,
  };
}

/** The state bucket, for commands that read or write it without a run. */
export function openState(io: Io, options: CommonOptions, regionFromFile?: string): Promise<ObjectStore> {
  return openStateBucket(awsConfig(io, options, regionFromFile), {
    bucket: bucketOf(options),
    clocks: { wall: io.now, monotonic: () => performance.now() },
    newId: randomUUID,
  });
}

/** The fleet that a command speaks of: as named, or the only one in the bucket. @throws see {@link onlyFleet} */
export function fleetOf(store: ObjectStore, named: string | undefined): Promise<string> {
  return onlyFleet(store, named, "--fleet NAME");
}

/** Who asks, for records and leases: never a secret, no more than the host's own name for the user. */
export function personOf(io: Io): string {
  return io.env["GITLAB_USER_LOGIN"] ?? io.env["GITHUB_ACTOR"] ?? userInfo().username;
}

/** Whether an endpoint is an AWS on this machine: the embedded one, which has no functions that could do the work. */
export function isLoopback(endpoint: string | undefined): boolean {
  const host = endpoint === undefined || !URL.canParse(endpoint) ? undefined : new URL(endpoint).hostname;
  return host !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host);
}
