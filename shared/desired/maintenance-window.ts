import type { Fleet } from "./fleet.ts";
import { instantOf, localTime } from "./local-time.ts";
import { weekdays } from "./maintenance.ts";

export type WindowState = { readonly open: true } | { readonly open: false; readonly opensAt?: number };

const sundayFirst = [...weekdays.slice(6), ...weekdays.slice(0, 6)];

/**
 * Whether disruptive changes may start now. Without windows always. A window opens by its zone's clock and stays open for
 * its duration of real time, past midnight too. @param now epoch milliseconds
 */
export function maintenanceAt(maintenance: Fleet["spec"]["maintenance"], now: number): WindowState {
  const { timeZone, windows } = maintenance;
  if (windows.length === 0) return { open: true };
  const today = localTime(timeZone, now);
  let opensAt: number | undefined;
  for (const { days, start, duration } of windows) {
    const [hour = 0, minute = 0] = start.split(":").map(Number);
    // Yesterday's may still be open; a window that opens once a week is at most seven days ahead.
    for (let ahead = -1; ahead <= 7; ahead += 1) {
      const weekday = sundayFirst[(today.weekday + ahead + 7) % 7];
      if (weekday === undefined || !days.includes(weekday)) continue;
      const opens = instantOf(timeZone, today.year, today.month, today.day + ahead, hour, minute);
      if (opens <= now && now < opens + duration) return { open: true };
      if (opens > now) opensAt = Math.min(opens, opensAt ?? opens);
    }
  }
  return opensAt === undefined ? { open: false } : { open: false, opensAt };
}
