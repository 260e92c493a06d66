import type { StateKey } from "../../service.ts";

/** One-shot schedules by `group/name`. Plain JSON, times in epoch milliseconds. */
export interface SchedulerState {
  readonly groups: Record<string, { readonly createdAt: number }>;
  readonly schedules: Record<string, ScheduleRecord>;
}

export interface ScheduleRecord {
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  readonly at: number;
  readonly deleteAfter: boolean;
  readonly targetArn: string;
  readonly roleArn: string;
  readonly input: string;
}

export const SCHEDULER_STATE: StateKey<SchedulerState> = {
  name: "scheduler",
  initial: () => ({ groups: { default: { createdAt: 0 } }, schedules: {} }),
};
