import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import { run } from "../../shared/engine/run.ts";
import { openReconciler } from "../../shared/reconciler/reconciler.ts";
import { CallCount } from "../common/call-count.ts";
import { collectionMetrics } from "../common/collection-metrics.ts";
import { required } from "../common/environment.ts";
import { askingAws, fleetAws, functionAws } from "../common/fleet-aws.ts";
import { type Invocation, leaseBeyondEnd } from "../common/invocation.ts";
import { emitMetrics, type MetricValues } from "../common/metrics.ts";
import { requeue } from "../common/requeue.ts";
import { runLog } from "../common/run-log.ts";
import { runMetrics } from "../common/run-metrics.ts";
import { assertKnown, namedFleet, stateOf } from "../common/state.ts";
import { handOver } from "./hand-over.ts";
import type { ReconcileRequest } from "./request.ts";

/** One run of one fleet. A run that doesn't end Ready is no error of the function: its record says so. */
export async function reconcile(request: ReconcileRequest, invocation: Invocation): Promise<RunRecord> {
  const { process, endsAt } = invocation;
  const count = new CallCount();
  const own = functionAws(process, count.add);
  const fleet = await namedFleet(own, process, request.fleet);
  const log = invocation.log.with({ fleet });
  const aws = await fleetAws(own, process, fleet);
  if (request.trigger === undefined) await assertKnown(await stateOf(aws, process), fleet);
  const runRequest = runRequestOf(request, invocation.id);
  log.write("RunStarted", { trigger: runRequest.trigger, force: runRequest.force, request: runRequest.requestId });
  let looked: MetricValues = {};
  const reconciler = await openReconciler({
    aws,
    asking: askingAws(own, process, fleet),
    bucket: required(process, "FLEETKEEPER_BUCKET"),
    account: required(process, "FLEETKEEPER_ACCOUNT"),
    permissionsBoundary: required(process, "FLEETKEEPER_BOUNDARY"),
    clock: { now: process.now, sleep: process.sleep },
    clocks: { wall: process.now, monotonic: process.monotonic },
    random: process.random,
    newId: process.newId,
    holder: `lambda reconcile ${invocation.id}`,
    leaseTtl: endsAt - process.now() + leaseBeyondEnd,
    events: runLog(log),
    onLook: (_fleet, summary) => {
      looked = collectionMetrics(summary);
    },
  });
  const record = await run(reconciler.engine, fleet, runRequest, endsAt);
  await handOver({ own, store: reconciler.store, process, log }, record);
  await requeue({ aws, process, log }, record);
  emitMetrics(process, { ...runMetrics(record), ...looked, Calls: count.calls, Throttled: count.throttled }, fleet);
  return record;
}

function runRequestOf(request: ReconcileRequest, invocationId: string): RunRequest {
  const { requestId = invocationId, trigger = "manual", force = false, only, by } = request;
  return {
    requestId,
    trigger,
    force,
    ...(only === undefined ? {} : { only }),
    ...(by === undefined ? {} : { by }),
  };
}
