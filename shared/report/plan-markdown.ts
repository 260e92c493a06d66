import type { Change } from "../engine/action.ts";
import type { Plan, PlannedAction } from "../engine/plan.ts";
import { byResource } from "./plan-order.ts";
import { revisionText } from "./plan-text.ts";
import { planTotal } from "./plan-total.ts";
import { unknownCauses } from "./unknown-cause.ts";
import { valueText } from "./value-text.ts";

/** A first line that a pipeline can find again, to update its comment in place rather than add another. */
export function planMarker(fleet: string): string {
  return `<!-- fleetkeeper plan ${fleet} -->`;
}

/** A plan as a comment on a merge request. Values are in code spans, so that nothing in them is read as markup. */
export function planMarkdown(plan: Plan): string {
  const lines = [planMarker(plan.fleet), `### Fleetkeeper plan for \`${plan.fleet}\``, ""];
  lines.push(`**${planTotal(plan)}** ${revisionText(plan.revision)}`, "");
  for (const group of byResource(plan.actions)) {
    lines.push(`#### ${code(group.key)}`, "");
    for (const action of group.actions) lines.push(...actionLines(action));
  }
  if (plan.unknown.length > 0) {
    lines.push("#### Unknown, so left alone with all that depends on it", "");
    for (const { why, resources } of unknownCauses(plan.unknown)) {
      lines.push(`- ${resources.map(code).join(", ")}: ${plain(why)}`);
    }
    lines.push("");
  }
  if (plan.notManaged.length > 0) lines.push(`Not managed by this version: ${plan.notManaged.join(", ")}`, "");
  return `${lines.join("\n").trimEnd()}\n`;
}

function actionLines(action: PlannedAction): readonly string[] {
  const held = action.held === undefined ? "" : ` **Held (${action.held.reason}):** ${plain(action.held.message)}`;
  const lines = [`- **${action.verb}** (${action.risk}, ${code(action.id)}): ${plain(action.reason)}${held}`];
  for (const change of action.changes) lines.push(`  - ${changeText(change)}`);
  lines.push("");
  return lines;
}

function changeText(change: Change): string {
  const to = change.knownAfterApply === undefined ? code(valueText(change.to)) : "*known after apply*";
  if (change.from === undefined) return `add ${code(change.path)}: ${to}`;
  if (change.to === undefined && change.knownAfterApply === undefined) {
    return `remove ${code(change.path)}: ${code(valueText(change.from))}`;
  }
  return `change ${code(change.path)}: ${code(valueText(change.from))} → ${to}`;
}

/** A code span whose fence is longer than any run of backticks inside (CommonMark 6.1). */
function code(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${text.replaceAll("\n", " ")}${pad}${fence}`;
}

/** Prose without markup: what comes from the account must not draw links, images or mentions in a comment. */
function plain(text: string): string {
  return text.replaceAll("\n", " ").replace(/[\\`*_{}[\]<>()#+!|@~]/g, (character) => `\\${character}`);
}
