import type { AwsConfig } from "../../shared/aws/clients.ts";
import { failureWhile } from "../../shared/engine/failure.ts";
import { required } from "./environment.ts";
import type { FunctionProcess } from "./function-process.ts";
import type { Log } from "./log.ts";

/** Schedules are precise to a minute; sooner than this is asked for as this. Milliseconds. */
const soonest = 30_000;

export interface Requeue {
  readonly fleet: string;
  /** Of the schedule, where the fleet's own name is somebody else's. A worker's role knows it. */
  readonly name?: string;
  /** Epoch milliseconds; undefined where nothing is to be run. */
  readonly runAgainAt?: number | undefined;
}

/**
 * Has the fleet run again when it is worth it, if that is before the next tick would look anyway. That it can't be
 * arranged is told and nothing worse: the tick comes.
 */
export async function requeue(
  { aws, process, log }: { readonly aws: AwsConfig; readonly process: FunctionProcess; readonly log: Log },
  { fleet, name = fleet, runAgainAt }: Requeue,
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
    await schedules.set(name, at, { fleet, trigger: "requeue" });
    log.write("Requeued", { at: new Date(at).toISOString() });
  } catch (error) {
    const { code, message, hint } = failureWhile("scheduling the next run", error);
    log.write("RequeueFailed", { code, message, hint });
  }
}
