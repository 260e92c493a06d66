import { type Period, periodMatches } from "../../desired/runners/period.ts";
import { wallOf, type Zone } from "./zone.ts";

/** Something with periods in a zone: an autoscaling block or a policy. */
export interface Scheduled {
  readonly periods: readonly Period[];
  readonly zone: Zone;
}

/**
 * Whether a period is in force, by the runner's own test. For docker+machine that is: the next second that the expression
 * names is at most one second away. So the last second of a period is outside, the second before it inside; and of the hour
 * that is there twice when daylight saving ends, one of the two is outside every period. For policies: the minute matches.
 *
 * Source: gitlab-runner `helpers/timeperiod/period.go`; Go `time.Date`.
 */
export function periodInForce(period: Period, zone: Zone, at: number): boolean {
  const clock = Math.floor(at / 1000) * 1000 + zone.offsetAt(at);
  if (period.dialect === "unix") return periodMatches(period, wallOf(clock));
  const next = clock + 1000;
  return periodMatches(period, wallOf(next)) && Math.abs(zone.instantOf(next) - at) <= 1000;
}

/** The last of the list that is in force, or undefined: then the section's own four values count. */
export function lastInForce<Entry extends Scheduled>(entries: readonly Entry[], at: number): Entry | undefined {
  return entries.findLast((entry) => entry.periods.some((period) => periodInForce(period, entry.zone, at)));
}
