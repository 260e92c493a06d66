import type { AwsConfig } from "../../shared/aws/clients.ts";
import { failureWhile } from "../../shared/engine/failure.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import { required } from "../common/environment.ts";
import type { FunctionProcess } from "../common/function-process.ts";
import type { Log } from "../common/log.ts";

/** Schedules are precise to a minute; sooner than this is asked for as this. Milliseconds. */
const soonest = 30_000;

/**
 * Has the fleet run again when its record says so, if that is before the next tick would look anyway. That it can't be
 * arranged is told and nothing worse: the tick comes.
 */
export async function requeue(
  { aws, process, log }: { readonly aws: AwsConfig; readonly process: FunctionProcess; readonly log: Log },
  { fleet, runAgainAt }: RunRecord,
): Promise<void> {
  const tick = Number(required(process, "FLEETKEEPER_TICK_SECONDS")) * 1000;
  if (runAgainAt === undefined || runAgainAt >= process.now() + tick) return;
  const at = Math.max(runAgainAt, process.now() + soonest);
  try {
    const { oneShotSchedules } = await import("../../shared/aws/one-shot-schedule.ts");
    const schedules = oneShotSchedules(aws, {
      group: required(process, "FLEETKEEPER_SCHEDULE_GROUP"),
      roleArn: required(process, "FLEETKEEPER_SCHEDULE_ROLE"),
      targetArn: required(process, "FLEETKEEPER_SCHEDULE_TARGET"),
      deadLetterArn: required(process, "FLEETKEEPER_SCHEDULE_QUEUE"),
    });
    await schedules.set(fleet, at, { fleet, trigger: "requeue" });
    log.write("Requeued", { at: new Date(at).toISOString() });
  } catch (error) {
    const { code, message, hint } = failureWhile("scheduling the next run", error);
    log.write("RequeueFailed", { code, message, hint });
  }
}
