import { instantOf, localTime } from "../../desired/local-time.ts";
import { type Period, parsePeriod, periodMatches } from "../../desired/runners/period.ts";
import { type BackupManifest, isWhole } from "./backup-manifest.ts";

/** A leap day comes again after eight years at most (around 1900 and 2100). */
const longestWait = 366 * 8;

/**
 * The last instant at or before `now` at which the schedule said "now", by the clock of a zone; undefined where it never
 * did. A minute that the clock shows twice counts once; one that it leaves out counts as the instant after the gap.
 * @param now epoch milliseconds
 */
export function lastDue(schedule: string, zone: string, now: number): number | undefined {
  const parsed = parsePeriod(schedule, "unix");
  if (!parsed.ok) return undefined;
  const today = localTime(zone, now);
  for (let back = 0; back <= longestWait; back += 1) {
    const day = new Date(Date.UTC(today.year, today.month - 1, today.day - back));
    const date = { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() };
    for (const minutes of minutesOf(parsed.period, date)) {
      const at = instantOf(zone, date.year, date.month, date.day, Math.floor(minutes / 60), minutes % 60);
      if (at <= now) return at;
    }
  }
  return undefined;
}

/** Minutes of a day at which it is due, latest first. */
function* minutesOf(period: Period, date: { readonly year: number; readonly month: number; readonly day: number }) {
  if (!period.fields.month.values.has(date.month)) return;
  for (let minutes = 24 * 60 - 1; minutes >= 0; minutes -= 1) {
    const at = { ...date, hour: Math.floor(minutes / 60), minute: minutes % 60, second: 0 };
    if (periodMatches(period, at)) yield minutes;
  }
}

/** What there is of good backups, against what the file asks for. Times in epoch milliseconds. */
export interface BackupState {
  /** Of the newest whole backup; undefined: there is none. */
  readonly newestAt: number | undefined;
  /** When a scheduled backup should have been made and none was since. */
  readonly dueSince: number | undefined;
  /** Whether the newest is older than `maxAge`, or there is none: a condition and an alarm. */
  readonly tooOld: boolean;
}

/** @param since when GitLab came to be; what was due before it isn't missing */
export function backupState(
  manifests: readonly BackupManifest[],
  wanted: { readonly schedule: string; readonly maxAge: number },
  zone: string,
  now: number,
  since = 0,
): BackupState {
  const newestAt = newestWhole(manifests)?.createdAt;
  const due = lastDue(wanted.schedule, zone, now);
  const missed = due !== undefined && due >= since && (newestAt === undefined || newestAt < due);
  return {
    newestAt,
    dueSince: missed ? due : undefined,
    tooOld: newestAt === undefined ? now - since > wanted.maxAge : now - newestAt > wanted.maxAge,
  };
}

/** The newest backup that a restore would take, of one version where it is given. */
export function newestWhole(
  manifests: readonly BackupManifest[],
  gitlab?: { readonly version: string; readonly edition: string },
): BackupManifest | undefined {
  return manifests
    .filter(isWhole)
    .filter(
      (one) => gitlab === undefined || (one.gitlab.version === gitlab.version && one.gitlab.edition === gitlab.edition),
    )
    .reduce<BackupManifest | undefined>(
      (newest, one) => (newest === undefined || one.createdAt > newest.createdAt ? one : newest),
      undefined,
    );
}
