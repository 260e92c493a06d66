import type { Readers, Writers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import type { Kind } from "../engine/kind.ts";
import { cacheBucketKind } from "../resources/cache-bucket/kind.ts";
import { hostKind } from "../resources/host/kind.ts";
import { iamKind } from "../resources/iam/kind.ts";
import { networkKind } from "../resources/network/kind.ts";
import { stackKind } from "../resources/stack/kind.ts";
import { keysOf } from "../store/keys.ts";

export type FleetKind = Kind<Fleet, Readers, Writers>;

/** Every kind that this version manages. @param bucket the state bucket, where the host may leave its outputs */
export function fleetKinds(bucket: string): readonly FleetKind[] {
  const outputs = { bucket, prefixOf: (fleet: string) => keysOf(fleet).outputs };
  return [iamKind({ outputs }), networkKind, cacheBucketKind, hostKind, stackKind];
}
