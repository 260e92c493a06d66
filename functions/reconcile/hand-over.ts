import type { AwsConfig } from "../../shared/aws/clients.ts";
import { functionInvoker } from "../../shared/aws/function-invoker.ts";
import { failureWhile } from "../../shared/engine/failure.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import { readLedger } from "../../shared/resources/machines/ledger-object.ts";
import type { ObjectStore } from "../../shared/store/object-store.ts";
import { required } from "../common/environment.ts";
import type { FunctionProcess } from "../common/function-process.ts";
import type { Log } from "../common/log.ts";

/** Collection answered and didn't say that nothing is lost. */
const followed: readonly string[] = ["OrphansFound", "FuseBlown", "EvidenceUnknown"];

/**
 * Lets `collect` look where this fleet has marks, unless the run did something after which living machines may look lost.
 * Deleting is that function's decision alone. That it can't be invoked is told and nothing worse: the next run hands over.
 * @param own the function's own AWS: workers may invoke nothing
 */
export async function handOver(
  parts: {
    readonly own: AwsConfig;
    readonly store: ObjectStore;
    readonly process: FunctionProcess;
    readonly log: Log;
  },
  { fleet, requestId, conditions, actions, failure }: RunRecord,
): Promise<void> {
  const collected = conditions.find(({ type }) => type === "GarbageCollected");
  if (collected === undefined || !followed.includes(collected.reason)) return;
  if (failure !== undefined || actions.some(({ risk }) => risk !== "safe")) return;
  const { own, store, process, log } = parts;
  try {
    const marks = Object.keys((await readLedger(store, fleet)).marks).length;
    if (marks === 0) return;
    await functionInvoker(own).start(required(process, "FLEETKEEPER_COLLECT_FUNCTION"), { fleet, requestId });
    log.write("HandedOver", { marks });
  } catch (error) {
    const { code, message, hint } = failureWhile("handing over to collect", error);
    log.write("HandOverFailed", { code, message, hint });
  }
}
