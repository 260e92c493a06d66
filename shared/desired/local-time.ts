/** A wall clock's reading in some time zone. Month from 1 to 12, weekday from 0 (Sunday). */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
}

const minute = 60_000;

/** @param zone an IANA name that exists; @param instant epoch milliseconds */
export function localTime(zone: string, instant: number): LocalTime {
  const shifted = new Date(instant + offset(zone, instant));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
  };
}

/**
 * The instant at which a zone's clock shows this. Where it shows it twice (autumn) the first; where it never does (spring)
 * the instant after the gap that is as far on as the clock was meant to be. Days beyond a month's end roll over.
 */
export function instantOf(
  zone: string,
  year: number,
  month: number,
  day: number,
  hour: number,
  minutes: number,
): number {
  const naive = Date.UTC(year, month - 1, day, hour, minutes);
  const before = naive - offset(zone, naive - 24 * 60 * minute);
  if (offset(zone, before) === naive - before) return before;
  const after = naive - offset(zone, naive + 24 * 60 * minute);
  return offset(zone, after) === naive - after ? after : before;
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offset(zone: string, instant: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(instant / 1000) * 1000;
}
