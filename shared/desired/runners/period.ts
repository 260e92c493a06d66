import { type CronField, cronFields, type ParsedField, parseField } from "./period-field.ts";

/**
 * `cronexpr`: docker+machine's `Periods`, as the runner's cron library reads them: seconds first and a year last where all
 * seven fields are there; with five or six the second is 0. `unix`: the five fields of an autoscaler policy.
 */
export type Dialect = "cronexpr" | "unix";

/** By the clock of some time zone. Months from 1, weekdays from 0 for Sunday. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface Period {
  readonly text: string;
  readonly dialect: Dialect;
  /** Fields as written; above seven, those that the runner ignores. */
  readonly fieldCount: number;
  readonly fields: Readonly<Record<CronField, ParsedField>>;
}

export type PeriodResult =
  | { readonly ok: true; readonly period: Period }
  | { readonly ok: false; readonly message: string };

const aliases: readonly (readonly [string, string])[] = [
  ["@yearly", "0 0 0 1 1 * *"],
  ["@annually", "0 0 0 1 1 * *"],
  ["@monthly", "0 0 0 1 * * *"],
  ["@weekly", "0 0 0 * * 0 *"],
  ["@daily", "0 0 0 * * * *"],
  ["@hourly", "0 0 * * * * *"],
];

/** Reads a period as the runner does. Source: gorhill/cronexpr `cronexpr_parse.go`; GitLab's "Periods syntax" pages. */
export function parsePeriod(text: string, dialect: Dialect): PeriodResult {
  const expanded = dialect === "cronexpr" ? aliases.reduce((all, [name, to]) => all.replaceAll(name, to), text) : text;
  const words = expanded.split(/\s+/).filter((word) => word !== "");
  if (words.length < 5) return { ok: false, message: `${words.length} fields where ${wanted(dialect)}` };
  if (dialect === "unix" && words.length !== 5) {
    return { ok: false, message: `${words.length} fields where ${wanted(dialect)}` };
  }
  const withSeconds = dialect === "cronexpr" && words.length >= 7;
  const spelled: Record<CronField, string> = {
    second: withSeconds ? (words[0] ?? "") : dialect === "unix" ? "*" : "0",
    minute: words[withSeconds ? 1 : 0] ?? "",
    hour: words[withSeconds ? 2 : 1] ?? "",
    dayOfMonth: words[withSeconds ? 3 : 2] ?? "",
    month: words[withSeconds ? 4 : 3] ?? "",
    dayOfWeek: words[withSeconds ? 5 : 4] ?? "",
    year: (withSeconds ? words[6] : words[5]) ?? "*",
  };
  const fields: Partial<Record<CronField, ParsedField>> = {};
  for (const name of cronFields) {
    const parsed = parseField(name, spelled[name], dialect === "unix");
    if (!parsed.ok) return { ok: false, message: parsed.message };
    fields[name] = parsed.field;
  }
  return {
    ok: true,
    period: {
      text,
      dialect,
      fieldCount: words.length,
      fields: fields as Record<CronField, ParsedField>,
    },
  };
}

function wanted(dialect: Dialect): string {
  return dialect === "unix"
    ? "five are meant (minute hour day month weekday)"
    : "seven are meant (second minute hour day month weekday year)";
}

/** Whether that second belongs to the expression. Days: if both kinds of day are restricted, either suffices (crontab(5)). */
export function periodMatches(period: Period, at: WallTime): boolean {
  const { fields } = period;
  return (
    fields.year.values.has(at.year) &&
    fields.month.values.has(at.month) &&
    dayMatches(period, at) &&
    fields.hour.values.has(at.hour) &&
    fields.minute.values.has(at.minute) &&
    fields.second.values.has(at.second)
  );
}

function dayMatches({ fields }: Period, at: WallTime): boolean {
  const { dayOfMonth, dayOfWeek } = fields;
  if (!dayOfMonth.restricted && !dayOfWeek.restricted) return true;
  const last = daysInMonth(at.year, at.month);
  return (
    (dayOfMonth.restricted &&
      (dayOfMonth.values.has(at.day) ||
        (dayOfMonth.last && at.day === last) ||
        (dayOfMonth.lastWorkday && at.day === nearestWorkday(at.year, at.month, last)) ||
        [...dayOfMonth.workdays].some((day) => day <= last && at.day === nearestWorkday(at.year, at.month, day)))) ||
    (dayOfWeek.restricted &&
      (dayOfWeek.values.has(weekdayOf(at)) ||
        (dayOfWeek.lastOfMonth.has(weekdayOf(at)) && at.day > last - 7) ||
        dayOfWeek.nthOfMonth.has(Math.floor((at.day - 1) / 7) * 7 + weekdayOf(at))))
  );
}

/** 0 for Sunday. */
function weekdayOf(at: Pick<WallTime, "year" | "month" | "day">): number {
  return new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay();
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The working day nearest to a day, in the same month. */
function nearestWorkday(year: number, month: number, day: number): number {
  const weekday = weekdayOf({ year, month, day });
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < daysInMonth(year, month) ? day + 1 : day - 2;
  return day;
}

export type PeriodTrap =
  /** A field that holds nothing, most often a range that runs backwards (`22-6`). */
  | { readonly trap: "empty"; readonly field: CronField; readonly spelled: string }
  /** Every field holds something, but no date does: 30 February. */
  | { readonly trap: "no-date" }
  /** In force for single seconds only: five or six fields, or a seconds field that isn't `*`. */
  | { readonly trap: "flaps"; readonly fieldCount: number }
  | { readonly trap: "ignored-fields"; readonly fieldCount: number }
  /** A day or month with a leading zero, which the runner's library reads as Sunday or as no month. */
  | { readonly trap: "leading-zero"; readonly field: CronField; readonly spelled: string };

/** What will surprise whoever wrote a period that parses. The first years looked at are 2026 and later. */
export function periodTraps(period: Period): readonly PeriodTrap[] {
  const traps: PeriodTrap[] = [];
  for (const name of cronFields) {
    const field = period.fields[name];
    if (field.leadingZero) traps.push({ trap: "leading-zero", field: name, spelled: field.spelled });
    if (isEmpty(field)) traps.push({ trap: "empty", field: name, spelled: field.spelled });
  }
  if (period.fieldCount > 7) traps.push({ trap: "ignored-fields", fieldCount: period.fieldCount });
  if (period.fields.second.values.size < 60) traps.push({ trap: "flaps", fieldCount: period.fieldCount });
  if (!traps.some((trap) => trap.trap === "empty") && !hasDate(period)) traps.push({ trap: "no-date" });
  return traps;
}

function isEmpty(field: ParsedField): boolean {
  return (
    field.values.size + field.workdays.size + field.lastOfMonth.size + field.nthOfMonth.size === 0 &&
    !field.last &&
    !field.lastWorkday
  );
}

function hasDate(period: Period): boolean {
  for (const year of period.fields.year.values) {
    if (year < 2026) continue;
    for (const month of period.fields.month.values) {
      for (let day = 1; day <= daysInMonth(year, month); day += 1) {
        if (dayMatches(period, { year, month, day, hour: 0, minute: 0, second: 0 })) return true;
      }
    }
  }
  return false;
}
