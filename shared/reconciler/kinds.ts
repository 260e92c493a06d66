import type { Readers, Writers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import type { Kind } from "../engine/kind.ts";
import { backupBucketKind, cacheBucketKind } from "../resources/cache-bucket/kind.ts";
import { gitlabKind } from "../resources/gitlab/kind.ts";
import { hostKind } from "../resources/host/kind.ts";
import { iamKind } from "../resources/iam/kind.ts";
import { networkKind } from "../resources/network/kind.ts";
import { poolKind } from "../resources/pool/kind.ts";
import { runnerKind } from "../resources/runner/kind.ts";
import { stackKind } from "../resources/stack/kind.ts";
import { keysOf } from "../store/keys.ts";

export type FleetKind = Kind<Fleet, Readers, Writers>;

/** What doesn't follow from a fleet's file. */
export interface KindEnvironment {
  /** The state bucket, where the host may leave its outputs. */
  readonly bucket: string;
  /** ARN of the permissions boundary of roles for which the file names none. */
  readonly permissionsBoundary?: string | undefined;
}

/** Every kind that this version manages. */
export function fleetKinds({ bucket, permissionsBoundary }: KindEnvironment): readonly FleetKind[] {
  const outputs = { bucket, prefixOf: (fleet: string) => keysOf(fleet).outputs };
  const iam = { outputs, ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }) };
  return [
    ...[iamKind(iam), networkKind, cacheBucketKind, backupBucketKind],
    ...[hostKind, stackKind, gitlabKind, poolKind, runnerKind],
  ];
}
