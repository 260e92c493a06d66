import type { HostAddressRecord } from "../../aws/host-port.ts";
import type { ActionDraft, Target } from "../../engine/action.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import { type Tags, tagChanges } from "../common/tags.ts";
import type { AddressDesired } from "./desired.ts";
import { instanceTarget } from "./instance.ts";

export type AddressState = {
  readonly type: "address";
  readonly allocationId: string;
  readonly publicIp: string;
  readonly instanceId?: string;
  readonly tags: Tags;
};

export function addressState({ associationId: _id, ...record }: HostAddressRecord): AddressState {
  return { type: "address", ...record };
}

export function diffAddress(
  target: Target,
  observed: AddressState | undefined,
  desired: AddressDesired,
  outputs: OutputsByTarget,
): readonly ActionDraft[] {
  const given = desired.allocationId;
  if (observed === undefined) {
    const changes = tagChanges({}, desired.tags);
    const base = { target, verb: "create", changes, risk: "safe", ownership: "none" } as const;
    if (given === undefined) return [{ ...base, reason: "the host has no Elastic IP" }];
    const refused = `this account and region have no address ${given}: correct spec.host.publicAddress.allocationId`;
    return [{ ...base, reason: `address ${given} doesn't exist`, refused }];
  }
  const drafts: ActionDraft[] = [];
  const base = { target, verb: "update", ownership: "ours", risk: "safe" } as const;
  // An address that the file names by its id stays its owner's but for where it points.
  const tags = given === undefined ? tagChanges(observed.tags, desired.tags) : [];
  if (tags.length > 0) {
    const reason = `address ${observed.publicIp} differs in ${tags.map(({ path }) => path).join(", ")}`;
    drafts.push({ ...base, changes: tags, reason });
  }
  const host = outputs.get("host/instance")?.["id"];
  if (observed.instanceId === undefined || (host !== undefined && observed.instanceId !== host)) {
    const from = observed.instanceId === undefined ? {} : { from: observed.instanceId };
    const to = host === undefined ? { knownAfterApply: "host/instance.id" } : { to: host };
    const reason = `address ${observed.publicIp} doesn't lead to the host`;
    drafts.push({ ...base, changes: [{ path: "instanceId", ...from, ...to }], reason, needs: [instanceTarget] });
  }
  return drafts;
}

export function addressDeletion(target: Target, { allocationId, publicIp }: AddressState): ActionDraft {
  return {
    target,
    verb: "delete",
    changes: [{ path: "allocationId", from: allocationId }],
    risk: "destructive",
    reason: `address ${publicIp} is this fleet's and the file doesn't ask for it`,
    ownership: "ours",
  };
}
