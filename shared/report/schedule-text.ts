import type { ScheduleExplanation, ScheduleHour } from "../resources/runner/schedule.ts";

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A table of the spans of the week in which nothing changes, then a plot of the idle machines hour by hour. */
export function scheduleText(explanation: ScheduleExplanation): string {
  return [
    `${explanation.fleet}: idle machines by the hour, ${explanation.timezone}`,
    "",
    ...scheduleTable(explanation),
    "",
    ...explanation.jobs.flatMap((jobs, index) => [...schedulePlot(explanation, index, jobs), ""]),
    "A week's idle machine-hours:",
    ...explanation.jobs.map((jobs, index) => `  ${jobsText(jobs)}: ${explanation.idleMachineHours[index] ?? 0}`),
    ...(explanation.hours.some((hour) => hour.mixed)
      ? ["", "* another period is in force in some of its minutes"]
      : []),
    "",
  ].join("\n");
}

function jobsText(jobs: number): string {
  return jobs === 0 ? "no jobs" : jobs === 1 ? "1 job" : `${jobs} jobs`;
}

function scheduleTable(explanation: ScheduleExplanation): string[] {
  const head = ["from", "to", "in force", ...explanation.jobs.map(jobsText)];
  const rows = spans(explanation.hours).map((span) => [
    whenText(span.first),
    span.next === undefined ? "Mon 00:00" : whenText(span.next),
    `${blockText(explanation, span.first.block)}${span.mixed ? " *" : ""}`,
    ...span.first.idle.map(String),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

interface Span {
  readonly first: ScheduleHour;
  readonly next: ScheduleHour | undefined;
  readonly mixed: boolean;
}

/** Hours in a row with one block, one offset and the same idle machines. */
function spans(hours: readonly ScheduleHour[]): readonly Span[] {
  const starts = hours.filter((hour, index) => {
    const before = hours[index - 1];
    return (
      before === undefined ||
      before.block !== hour.block ||
      before.offset !== hour.offset ||
      before.mixed !== hour.mixed ||
      before.idle.join() !== hour.idle.join()
    );
  });
  return starts.map((first, index) => ({ first, next: starts[index + 1], mixed: first.mixed }));
}

function whenText(hour: ScheduleHour): string {
  return `${days[hour.weekday]} ${String(hour.hour).padStart(2, "0")}:00`;
}

function blockText(explanation: ScheduleExplanation, block: number | undefined): string {
  if (block === undefined) return "(the section's own values)";
  return `${block + 1}: ${(explanation.blocks[block] ?? []).join(" | ")}`;
}

const shades = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** A line a day, a column an hour, taller for more. An hour that is there twice shows the greater one. */
function schedulePlot(explanation: ScheduleExplanation, index: number, jobs: number): string[] {
  const most = Math.max(...explanation.hours.map((hour) => hour.idle[index] ?? 0));
  const head = `${jobsText(jobs)}, at most ${most} idle`;
  const ruler = `     ${Array.from({ length: 24 }, (_, hour) => (hour % 6 === 0 ? String(hour).padEnd(6) : "")).join("")}`;
  return [
    head,
    ruler.trimEnd(),
    ...days.map((day, weekday) => {
      const cells = Array.from({ length: 24 }, (_, hour) => {
        const found = explanation.hours.filter((one) => one.weekday === weekday && one.hour === hour);
        if (found.length === 0) return "·";
        const value = Math.max(...found.map((one) => one.idle[index] ?? 0));
        return shades[most === 0 ? 0 : Math.ceil((value / most) * (shades.length - 1))] ?? " ";
      });
      return `${day}  ${cells.join("")}`.trimEnd();
    }),
  ];
}
