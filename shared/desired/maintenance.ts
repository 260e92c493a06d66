import * as z from "zod/mini";
import type { DeepReadonly } from "./deep-readonly.ts";
import { duration } from "./duration.ts";
import { field, section, withDefault } from "./field.ts";
import type { Finding } from "./problem.ts";
import { checkRepeated } from "./repeated.ts";
import { matching, timeZone } from "./values.ts";

export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

export const maintenanceSchema = section({
  timeZone: field(withDefault(timeZone(), "UTC"), {
    description: "Time zone of the windows; daylight saving is followed.",
    example: "Europe/Berlin",
  }),
  windows: field(
    withDefault(
      z
        .array(
          section({
            days: field(z.array(z.enum(weekdays)).check(z.minLength(1, { error: "at least one day" })), {
              description: "Days on which the window opens.",
              example: ["Sat", "Sun"],
            }),
            start: field(matching(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day from "00:00" to "23:59"'), {
              description: "When it opens, by the clock of the time zone.",
              unit: "hh:mm",
              example: "02:00",
            }),
            duration: field(duration({ min: "15m", max: "1d" }), {
              description: "How long it stays open; it may reach into the next day.",
              unit: "duration such as 15m",
              example: "3h",
            }),
          }),
        )
        .check(z.maxLength(50, { error: "at most 50 windows" })),
      [],
    ),
    {
      description: "When disruptive changes may happen. None: whenever they are found.",
      example: [{ days: ["Sat"], start: "02:00", duration: "3h" }],
    },
  ),
});

/** Half-open intervals of minutes of a week, for windows that wrap from Sunday to Monday too. */
export function checkMaintenance(maintenance: DeepReadonly<z.output<typeof maintenanceSchema>>): Finding[] {
  const week = 7 * 24 * 60;
  const opened: { readonly start: number; readonly end: number; readonly window: number }[] = [];
  const findings: Finding[] = [];
  maintenance.windows.forEach((window, index) => {
    findings.push(...checkRepeated(window.days, ["spec", "maintenance", "windows", index, "days"]));
    const [hours = 0, minutes = 0] = window.start.split(":").map(Number);
    for (const day of new Set(window.days)) {
      const start = weekdays.indexOf(day) * 24 * 60 + hours * 60 + minutes;
      opened.push({ start, end: start + window.duration / 60_000, window: index });
    }
  });
  const overlapping = new Set<number>();
  for (const a of opened) {
    for (const b of opened) {
      if (b.window <= a.window || overlapping.has(b.window)) continue;
      const shifts = [-week, 0, week];
      if (shifts.some((shift) => a.start < b.end + shift && b.start + shift < a.end)) overlapping.add(b.window);
    }
  }
  for (const index of overlapping) {
    findings.push({
      severity: "warning",
      path: ["spec", "maintenance", "windows", index],
      message: "this window overlaps one before it",
      hint: "It is one long window then; write it as one to be clear.",
    });
  }
  return findings;
}
