import { targetKey } from "../engine/action.ts";
import type { HoldReason } from "../engine/hold.ts";
import type { ActionRecord, Outcome, RunRecord } from "../engine/record.ts";
import { age, instant } from "./age.ts";
import { endTone } from "./status-order.ts";
import type { Style } from "./style.ts";
import { painted } from "./tone.ts";

/**
 * What one run did, for a person: its actions with their outcomes, what was held, what is unknown, how it ended.
 * @param causes only what something hangs on: of what waits for it no more than how many there are
 */
export function recordText(record: RunRecord, style: Style, causes = false): string {
  const lines: string[] = [];
  for (const action of record.actions) lines.push(...actionLines(action, style));
  const told = record.held.filter(({ hold }) => !causes || !waitsForOthers(hold.reason));
  for (const { target, verb, risk, id, hold } of told) {
    lines.push(
      `${style.warning("held")} ${targetKey(target)} ${verb} (${risk}, ${id}) ${hold.reason}: ${hold.message}`,
    );
  }
  const more = record.held.length - told.length;
  if (more > 0) lines.push(`${style.warning("held")} ${more} more, which wait for these`);
  for (const { kind, name, why } of record.unknown) lines.push(`${style.warning("unknown")} ${kind}/${name}: ${why}`);
  if (record.failure !== undefined) {
    lines.push(`${style.bad("error")} ${record.failure.code}: ${record.failure.message}`);
    if (record.failure.hint !== undefined) lines.push(`  to mend it: ${record.failure.hint}`);
  }
  lines.push(recordLine(record, style));
  return `${lines.join("\n")}\n`;
}

function waitsForOthers(reason: HoldReason): boolean {
  return (
    reason === "DependencyHeld" ||
    reason === "DependencyFailed" ||
    reason === "DependencyPending" ||
    reason === "UnknownDependency"
  );
}

/** One run in one line, for the history. */
export function recordLine(record: RunRecord, style: Style): string {
  const end = painted(endTone(record.end), style)(record.end);
  const applied = record.actions.filter(({ outcome }) => outcome.state === "applied").length;
  const failed = record.actions.filter(({ outcome }) => outcome.state === "failed").length;
  const pending = record.actions.filter(({ outcome }) => outcome.state === "pending").length;
  const counts = [
    `${applied} applied`,
    ...(pending > 0 ? [`${pending} under way`] : []),
    ...(failed > 0 ? [style.bad(`${failed} failed`)] : []),
    ...(record.held.length > 0 ? [`${record.held.length} held`] : []),
    ...(record.unknown.length > 0 ? [`${record.unknown.length} unknown`] : []),
  ];
  const who = record.by === undefined ? "" : ` by ${record.by}`;
  const force = record.force ? ", forced" : "";
  const took = age(record.endedAt - record.startedAt);
  return `${instant(record.startedAt)} ${end} ${counts.join(", ")} in ${took} (${record.trigger}${who}${force}, epoch ${record.epoch})`;
}

function actionLines(action: ActionRecord, style: Style): readonly string[] {
  const head = `${outcomeText(action.outcome, style)} ${targetKey(action.target)} ${action.verb}`;
  switch (action.outcome.state) {
    case "failed":
      return [
        `${head}: ${action.outcome.message}`,
        ...(action.outcome.hint === undefined ? [] : [`  to mend it: ${action.outcome.hint}`]),
      ];
    case "outdated":
      return [`${head}: ${action.outcome.message}`];
    case "skipped":
      return [`${head}: ${action.outcome.hold.message}`];
    case "applied":
    case "pending":
    case "outOfTime":
      return [`${head}: ${action.reason}`];
  }
}

function outcomeText(outcome: Outcome, style: Style): string {
  switch (outcome.state) {
    case "applied":
      return style.good("done");
    case "failed":
      return style.bad("failed");
    case "pending":
      return style.warning("under way");
    case "outdated":
      return style.warning("outdated");
    case "skipped":
      return style.warning("skipped");
    case "outOfTime":
      return style.warning("out of time");
  }
}
