import { openReconciler } from "../../shared/reconciler/reconciler.ts";
import { type SweepReport, sweepFleet } from "../../shared/reconciler/sweep-fleet.ts";
import { CallCount } from "../common/call-count.ts";
import { required } from "../common/environment.ts";
import { askingAws, fleetAws, functionAws } from "../common/fleet-aws.ts";
import { type Invocation, leaseBeyondEnd } from "../common/invocation.ts";
import type { Log } from "../common/log.ts";
import { emitMetrics } from "../common/metrics.ts";
import { requeue } from "../common/requeue.ts";
import { assertKnown, namedFleet, stateOf } from "../common/state.ts";
import type { CollectRequest } from "./request.ts";

/** No deletion is started so shortly before Lambda ends the process. Milliseconds: a call with its retries fits in. */
const margin = 60_000;

/**
 * One sweep of one fleet. What can't be deleted is told in the report and is no error of the function; that the evidence
 * can't be read is one.
 */
export async function collect(request: CollectRequest, invocation: Invocation): Promise<SweepReport> {
  const { process, endsAt } = invocation;
  const count = new CallCount();
  const own = functionAws(process, count.add);
  const fleet = await namedFleet(own, process, request.fleet);
  const log = invocation.log.with({ fleet });
  const aws = await fleetAws(own, process, fleet);
  await assertKnown(await stateOf(aws, process), fleet);
  const startedAt = process.now();
  const { requestId = invocation.id, by } = request;
  log.write("SweepStarted", { request: requestId, by });
  const reconciler = await openReconciler({
    aws,
    asking: askingAws(own, process, fleet),
    bucket: required(process, "FLEETKEEPER_BUCKET"),
    account: required(process, "FLEETKEEPER_ACCOUNT"),
    clock: { now: process.now, sleep: process.sleep },
    clocks: { wall: process.now, monotonic: process.monotonic },
    random: process.random,
    newId: process.newId,
    holder: `lambda collect ${invocation.id}`,
    leaseTtl: endsAt - startedAt + leaseBeyondEnd,
  });
  const report = await sweepFleet(reconciler, fleet, requestId, endsAt - margin);
  tell(log, report, process.now() - startedAt);
  // Only a reconcile looks and marks, so a mark that ripens before the next tick has the fleet run again.
  const { runAgainAt } = report;
  await requeue({ aws, process, log }, { fleet, name: `${fleet}.collect`, runAgainAt });
  const failed = report.deletions.filter(({ failure }) => failure !== undefined).length;
  const Deleted = report.deletions.length - failed;
  const { calls, throttled } = count;
  emitMetrics(process, { Swept: 1, Deleted, DeletionsFailed: failed, Calls: calls, Throttled: throttled }, fleet);
  return report;
}

function tell(log: Log, { heldBack, deletions, held, fuse, runAgainAt }: SweepReport, milliseconds: number): void {
  for (const { subject, name, failure } of deletions) {
    if (failure === undefined) log.write("Deleted", { subject, name });
    else log.write("DeletionFailed", { subject, name, message: failure });
  }
  const deleted = deletions.filter(({ failure }) => failure === undefined).length;
  log.write("SweepEnded", {
    heldBack: heldBack?.reason,
    message: heldBack?.message,
    milliseconds,
    deleted,
    failed: deletions.length - deleted,
    held: held.length,
    fuse,
    runAgainAt,
  });
}
