import { ServiceError } from "../../service-error.ts";
import { schedule } from "./agenda.ts";
import type { Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { instanceById, putInstance } from "./instance-lookup.ts";
import type { InstanceRecord } from "./instance-state.ts";
import { launchInstance } from "./launch.ts";
import { capacityOf, priceOf } from "./spot-market.ts";
import type { SpotRequestRecord, SpotStatusCode } from "./spot-state.ts";

/** From evaluation to launch: the share of the time during which a cancellation comes too late. */
const LATE_SHARE = 0.5;

export function putSpot({ state }: Ec2Context, request: SpotRequestRecord): void {
  state.spotRequests[request.requestId] = request;
}

export function withStatus(request: SpotRequestRecord, code: SpotStatusCode, at: number): SpotRequestRecord {
  return request.status.code === code ? request : { ...request, status: { code, at } };
}

/** Starts a request's way to an instance. */
export function openSpot(request: SpotRequestRecord, at: number, context: Ec2Context): void {
  putSpot(context, request);
  const { spotFulfil } = context.state.timing;
  schedule(context.state, {
    at: at + spotFulfil * (1 - LATE_SHARE),
    kind: "evaluate-spot",
    requestId: request.requestId,
  });
}

/** Looks at price and capacity; what can't be fulfilled is looked at again later. */
export function evaluateSpot(requestId: string, at: number, context: Ec2Context): void {
  const { state } = context;
  const request = state.spotRequests[requestId];
  if (request === undefined || request.state !== "open") return;
  if (request.validUntil !== undefined && request.validUntil <= at) {
    closeSpot({ ...withStatus(request, "schedule-expired", at), state: "closed" }, at, context);
    return;
  }
  const obstacle = obstacleOf(request, context);
  const { spotFulfil, spotRetry } = state.timing;
  putSpot(context, withStatus(request, obstacle ?? "pending-fulfillment", at));
  if (obstacle === undefined) schedule(state, { at: at + spotFulfil * LATE_SHARE, kind: "launch-spot", requestId });
  else schedule(state, { at: at + spotRetry, kind: "evaluate-spot", requestId });
}

function obstacleOf({ launch, maxPrice }: SpotRequestRecord, context: Ec2Context): SpotStatusCode | undefined {
  if (capacityOf(launch.instanceType, context) === "none") return "capacity-not-available";
  return Number(maxPrice) < priceOf(launch.instanceType, context) ? "price-too-low" : undefined;
}

/** Launches, even if the request was cancelled in between: cancelling doesn't call back what is under way. */
export function launchSpot(requestId: string, at: number, context: Ec2Context): void {
  const { state, random } = context;
  const request = state.spotRequests[requestId];
  if (request === undefined || request.instanceId !== undefined) return;
  if (request.state !== "open" && request.state !== "cancelled") return;
  let instance: InstanceRecord;
  try {
    const options = { reservationId: random.id("r"), launchIndex: 0, clientToken: "", spotRequestId: requestId };
    instance = launchInstance(request.launch, { ...options, tags: () => undefined }, at, context);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    closeSpot({ ...withStatus(request, "bad-parameters", at), state: "failed" }, at, context);
    return;
  }
  const fulfilled = { ...request, instanceId: instance.instanceId };
  if (request.state === "cancelled") {
    putSpot(context, withStatus(fulfilled, "request-canceled-and-instance-running", at));
  } else {
    putSpot(context, { ...withStatus(fulfilled, "fulfilled", at), state: "active" });
  }
}

/** A one-time request closes with its instance; a persistent one opens again. */
export function spotInstanceEnded(instance: InstanceRecord, at: number, context: Ec2Context): void {
  const request = context.state.spotRequests[instance.spotRequestId ?? ""];
  if (request === undefined || request.instanceId !== instance.instanceId) return;
  const byAws = instance.stateReason?.Code === "Server.SpotInstanceTermination";
  const code: SpotStatusCode = byAws ? "instance-terminated-no-capacity" : "instance-terminated-by-user";
  if (request.state === "active" && request.type === "persistent") {
    const { instanceId: _ended, ...rest } = request;
    openSpot({ ...withStatus(rest, code, at), state: "open" }, at, context);
    return;
  }
  const state = request.state === "cancelled" ? "cancelled" : "closed";
  closeSpot({ ...withStatus(request, code, at), state }, at, context);
}

/** Keeps the request listed for a while. */
export function closeSpot(request: SpotRequestRecord, at: number, context: Ec2Context): void {
  putSpot(context, request);
  const { requestId } = request;
  schedule(context.state, { at: at + context.state.timing.spotVisible, kind: "forget-spot", requestId });
}

/** Not while its instance lives. */
export function forgetSpot(requestId: string, context: Ec2Context): void {
  const { state } = context;
  const request = state.spotRequests[requestId];
  if (request === undefined || request.state === "open" || request.state === "active") return;
  const instance = state.instances[request.instanceId ?? ""];
  if (instance !== undefined && instance.state !== "terminated") return;
  delete state.spotRequests[requestId];
  delete state.tags[requestId];
}

/**
 * AWS wants the capacity back: the instance gets its two minutes' notice, which its metadata service shows.
 * Not an operation of EC2; for tests and demos.
 */
export function interruptSpotInstance(instanceId: string, context: Ec2Context): void {
  const { state, clock } = context;
  const instance = instanceById(instanceId, context);
  const request = state.spotRequests[instance.spotRequestId ?? ""];
  if (request === undefined) throw ec2Error("InvalidInstanceID.NotFound", `${instanceId} is not a spot instance`);
  const now = clock.now();
  const at = now + state.timing.spotNotice;
  putInstance(context, { ...instance, interruption: { action: "terminate", at } });
  putSpot(context, withStatus(request, "marked-for-termination", now));
  schedule(state, { at, kind: "interrupt", instanceId });
}
