import type { ScheduleRecord, SchedulerState } from "./state.ts";

/** Takes out the schedules that are due, in the order of their times, for whoever invokes their targets. */
export function takeDue(state: SchedulerState, now: number): readonly ScheduleRecord[] {
  const due = Object.entries(state.schedules).filter(([, { at }]) => at <= now);
  for (const [key, { deleteAfter }] of due) if (deleteAfter) delete state.schedules[key];
  return due.map(([, schedule]) => schedule).sort((a, b) => a.at - b.at);
}
