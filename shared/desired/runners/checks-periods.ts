import type { Finding, Path } from "../problem.ts";
import { isTimeZone } from "../values.ts";
import { type Dialect, type Period, type PeriodTrap, parsePeriod, periodTraps } from "./period.ts";
import type { CronField } from "./period-field.ts";

const fieldTitles: Readonly<Record<CronField, string>> = {
  second: "seconds",
  minute: "minutes",
  hour: "hours",
  dayOfMonth: "days of the month",
  month: "months",
  dayOfWeek: "weekdays",
  year: "years",
};

/** Periods that the runner refuses, and those that it takes but that do something else than they say. */
export function checkPeriods(periods: readonly string[], dialect: Dialect, path: Path): Finding[] {
  return periods.flatMap((text, index): Finding[] => {
    const at = [...path, index];
    const parsed = parsePeriod(text, dialect);
    if (!parsed.ok) {
      return [
        {
          severity: "error",
          path: at,
          message: parsed.message,
          expected: dialect === "unix" ? "such as * 8-17 * * mon-fri" : "such as * * 9-17 * * mon-fri *",
          got: text,
          hint: "GitLab's rule: a period that can't be read keeps the runner from loading the file.",
        },
      ];
    }
    return periodTraps(parsed.period).map((trap) => ({ path: at, got: text, ...trapFinding(trap, parsed.period) }));
  });
}

function trapFinding(trap: PeriodTrap, period: Period): Pick<Finding, "severity" | "message" | "expected" | "hint"> {
  switch (trap.trap) {
    case "flaps":
      return trap.fieldCount < 7
        ? {
            severity: "error",
            message: `${trap.fieldCount} fields where seven are meant: in force for one second of a minute`,
            expected: `* ${period.text}${trap.fieldCount === 5 ? " *" : ""}`,
            hint: "GitLab's rule: a period has seven fields, second minute hour day month weekday year. With fewer the second is 0, and the idle counts flap.",
          }
        : {
            severity: "error",
            message: "in force for some seconds of a minute only",
            expected: "* in the first field",
            hint: "GitLab's rule: a period is in force while the next second that it names is at most a second away.",
          };
    case "empty":
      return {
        severity: "error",
        message: `never matches: ${trap.spelled} holds no ${fieldTitles[trap.field]}`,
        hint: `GitLab's rule: a range runs upwards. ${wrapped(trap.spelled, trap.field)}`,
      };
    case "no-date":
      return { severity: "error", message: "never matches: there is no such date" };
    case "ignored-fields":
      return { severity: "warning", message: `${trap.fieldCount} fields: the runner ignores those after the seventh` };
    case "leading-zero":
      return {
        severity: "error",
        message: `${trap.spelled} in the ${fieldTitles[trap.field]} is read as 0`,
        hint: "GitLab's rule: months and weekdays have no leading zero.",
      };
  }
}

/** How a range that runs backwards is written in two. */
function wrapped(spelled: string, field: CronField): string {
  const [, from, to] = /^(\w+)-(\w+)$/.exec(spelled) ?? [];
  if (from === undefined || to === undefined) return "Write it in two parts, such as 22-23,0-6.";
  if (field === "hour") return `Write ${from}-23,0-${to}.`;
  if (field === "dayOfWeek") {
    if (/^(?:sat\w*|6)$/i.test(from) && /^(?:sun\w*|[07])$/i.test(to)) return "Write sat,sun.";
    return /^(?:sun\w*|[07])$/i.test(to) ? `Write ${from}-sat,sun.` : `Write ${from}-sat,sun-${to}.`;
  }
  return "Write it in two parts.";
}

/** Zones that don't exist, or that the runner doesn't find: on Linux their names have case. */
export function checkTimeZone(zone: string | undefined, path: Path): Finding[] {
  if (zone === undefined || zone === "" || zone === "Local" || zone === "UTC") return [];
  if (!isTimeZone(zone)) {
    return [
      {
        severity: "error",
        path,
        message: "no such time zone",
        expected: "a time zone of the IANA database, such as Europe/Berlin, UTC or Local",
        got: zone,
        hint: "GitLab's rule: a zone that the runner doesn't know keeps it from loading the file.",
      },
    ];
  }
  const right = Intl.supportedValuesOf("timeZone").find((known) => known.toLowerCase() === zone.toLowerCase());
  if (right === undefined || right === zone) return [];
  return [{ severity: "error", path, message: "time zones have case", expected: right, got: zone }];
}
