import type {
  CancelSpotInstanceRequestsCommandInput,
  CancelSpotInstanceRequestsCommandOutput,
  DescribeSpotInstanceRequestsCommandInput,
  DescribeSpotInstanceRequestsCommandOutput,
  RequestSpotInstancesCommandInput,
  RequestSpotInstancesCommandOutput,
} from "@aws-sdk/client-ec2";
import { notImplemented } from "../../service-error.ts";
import { idempotent } from "./client-tokens.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import { resolveLaunch } from "./launch-spec.ts";
import { page } from "./pages.ts";
import { groupIdentifiers, isVisible } from "./security-group-lookup.ts";
import { spotRequestAnswer } from "./spot-answer.ts";
import { closeSpot, openSpot, putSpot, withStatus } from "./spot-life.ts";
import { checkedMaxPrice } from "./spot-market.ts";
import type { SpotRequestRecord } from "./spot-state.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";

/** Only the request itself can be tagged: its instances come without tags. */
export function RequestSpotInstances(
  input: RequestSpotInstancesCommandInput,
  context: Ec2Context,
): Answer<RequestSpotInstancesCommandOutput> {
  const { state, clock, random } = context;
  const tags = tagsFromSpecifications(input.TagSpecifications, ["spot-instances-request"]).get(
    "spot-instances-request",
  );
  if ((input.InstanceInterruptionBehavior ?? "terminate") !== "terminate") {
    throw notImplemented("ec2", `spot interruption behaviour ${input.InstanceInterruptionBehavior}`);
  }
  const count = input.InstanceCount ?? 1;
  if (count < 1) throw ec2Error("InvalidParameterValue", `Invalid value '${count}' for InstanceCount.`);
  const ids = idempotent("RequestSpotInstances", input, context, () => {
    const given = required(input.LaunchSpecification, "LaunchSpecification");
    const launch = resolveLaunch(given, context);
    const maxPrice = checkedMaxPrice(input.SpotPrice, launch.instanceType);
    const now = clock.now();
    return Array.from({ length: count }, () => {
      const request: SpotRequestRecord = {
        requestId: `sir-${random.hex(8)}`,
        type: input.Type ?? "one-time",
        state: "open",
        status: { code: "pending-evaluation", at: now },
        createdAt: now,
        maxPrice,
        launch,
        visibleAt: now + state.timing.listingLag,
        ...(input.ValidUntil === undefined ? {} : { validUntil: input.ValidUntil.getTime() }),
      };
      openSpot(request, now, context);
      setTags(state, request.requestId, tags);
      return request.requestId;
    });
  });
  const requests = ids.flatMap((id) => state.spotRequests[id] ?? []);
  return { SpotInstanceRequests: requests.map((request) => spotRequestAnswer(request, context)) };
}

/** Never terminates an instance; one whose launch is under way still comes. */
export function CancelSpotInstanceRequests(
  input: CancelSpotInstanceRequestsCommandInput,
  context: Ec2Context,
): Answer<CancelSpotInstanceRequestsCommandOutput> {
  const now = context.clock.now();
  const ids = required(input.SpotInstanceRequestIds, "SpotInstanceRequestId");
  const requests = ids.map((id) => requestById(id, context));
  const CancelledSpotInstanceRequests = requests.map((request) => {
    const { requestId: SpotInstanceRequestId } = request;
    if (request.state === "closed" || request.state === "failed") {
      return { SpotInstanceRequestId, State: "closed" as const };
    }
    const cancelled = { ...request, state: "cancelled" as const };
    if (request.instanceId !== undefined) {
      putSpot(context, withStatus(cancelled, "request-canceled-and-instance-running", now));
    } else if (request.status.code === "pending-fulfillment") {
      putSpot(context, cancelled);
    } else {
      closeSpot(withStatus(cancelled, "canceled-before-fulfillment", now), now, context);
    }
    return { SpotInstanceRequestId, State: "cancelled" as const };
  });
  return { CancelledSpotInstanceRequests };
}

export function DescribeSpotInstanceRequests(
  input: DescribeSpotInstanceRequestsCommandInput,
  context: Ec2Context,
): Answer<DescribeSpotInstanceRequestsCommandOutput> {
  const { state, region } = context;
  const ids = input.SpotInstanceRequestIds ?? [];
  const requests =
    ids.length > 0
      ? ids.map((id) => requestById(id, context))
      : Object.values(state.spotRequests).filter((request) => isVisible(request, context));
  const matching = filterItems(
    requests,
    input.Filters,
    {
      "create-time": (request) => new Date(request.createdAt).toISOString(),
      "instance-id": (request) => request.instanceId,
      "launch.group-id": (request) => request.launch.groupIds,
      "launch.group-name": (request) =>
        groupIdentifiers(request.launch.groupIds, context).map((group) => group.GroupName),
      "launch.image-id": (request) => request.launch.imageId,
      "launch.instance-type": (request) => request.launch.instanceType,
      "launch.key-name": (request) => request.launch.keyName,
      "launched-availability-zone": (request) => {
        const instance = state.instances[request.instanceId ?? ""];
        return instance === undefined ? undefined : `${region}${instance.zone}`;
      },
      "network-interface.subnet-id": (request) => request.launch.subnetId,
      "spot-instance-request-id": (request) => request.requestId,
      "spot-price": (request) => request.maxPrice,
      state: (request) => request.state,
      "status-code": (request) => request.status.code,
      type: (request) => request.type,
    },
    (request) => tagsOf(state, request.requestId),
  );
  const limits = { min: 5, max: 1000, pageSize: context.pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (request) => request.requestId, input, limits);
  return { SpotInstanceRequests: items.map((request) => spotRequestAnswer(request, context)), NextToken };
}

function requestById(id: string, context: Ec2Context): SpotRequestRecord {
  const request = context.state.spotRequests[checkIdentifier("spotRequest", id)];
  if (request === undefined || !isVisible(request, context)) throw notFound("spotRequest", id);
  return request;
}
