import type { Ec2Context } from "./context.ts";
import type { InstanceRecord } from "./instance-state.ts";
import { type LaunchOptions, launchInstance } from "./launch.ts";
import type { LaunchSpec } from "./launch-state.ts";
import { checkedMaxPrice } from "./spot-market.ts";
import type { SpotRequestRecord } from "./spot-state.ts";
import type { TagRecord } from "./state.ts";
import { setTags } from "./tags.ts";

export interface SpotWish {
  readonly type: SpotRequestRecord["type"];
  readonly maxPrice?: string | undefined;
  readonly validUntil?: number | undefined;
  readonly tags?: readonly TagRecord[] | undefined;
}

/** A spot instance together with its request, which is fulfilled from the start: nobody waits where a launch is asked for. */
export function launchFulfilled(
  spec: LaunchSpec,
  options: Omit<LaunchOptions, "spotRequestId">,
  { type, maxPrice, validUntil, tags }: SpotWish,
  at: number,
  context: Ec2Context,
): InstanceRecord {
  const { state, random } = context;
  const requestId = `sir-${random.hex(8)}`;
  const instance = launchInstance(spec, { ...options, spotRequestId: requestId }, at, context);
  state.spotRequests[requestId] = {
    requestId,
    type,
    state: "active",
    status: { code: "fulfilled", at },
    createdAt: at,
    maxPrice: checkedMaxPrice(maxPrice, spec.instanceType),
    launch: spec,
    instanceId: instance.instanceId,
    visibleAt: at + state.timing.listingLag,
    ...(validUntil === undefined ? {} : { validUntil }),
  };
  setTags(state, requestId, tags);
  return instance;
}
