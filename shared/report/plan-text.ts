import type { Change, Risk, Verb } from "../engine/action.ts";
import type { Plan, PlannedAction, RevisionRef } from "../engine/plan.ts";
import { byResource } from "./plan-order.ts";
import { planTotal } from "./plan-total.ts";
import type { Style } from "./style.ts";
import { type UnknownCause, unknownCauses } from "./unknown-cause.ts";
import { valueText } from "./value-text.ts";

const signs: Readonly<Record<Verb, string>> = { create: "+", adopt: "&", update: "~", replace: "±", delete: "-" };

/** A plan as a person reads it: by resource, what, from, to and why, with holds and unknowns, and a total at the end. */
export function planText(plan: Plan, style: Style): string {
  const lines = [`${style.strong(plan.fleet)} ${style.faint(revisionText(plan.revision))}`, ""];
  for (const group of byResource(plan.actions)) {
    lines.push(style.strong(group.key));
    for (const action of group.actions) lines.push(...actionLines(action, style));
    lines.push("");
  }
  if (plan.unknown.length > 0) {
    lines.push(style.warning("unknown, so left alone with all that depends on it"));
    for (const cause of unknownCauses(plan.unknown)) lines.push(...causeLines(cause));
    lines.push("");
  }
  if (plan.notManaged.length > 0) {
    lines.push(style.faint(`not managed by this version: ${plan.notManaged.join(", ")}`), "");
  }
  lines.push(planTotal(plan));
  return `${lines.join("\n")}\n`;
}

export function revisionText(revision: RevisionRef): string {
  if (revision.sequence === 0) return "file, not pushed";
  const commit = revision.commit === "" ? "" : ` (${revision.commit.slice(0, 12)})`;
  return `revision ${revision.sequence}${commit}`;
}

function actionLines(action: PlannedAction, style: Style): readonly string[] {
  const head = `  ${verbText(action.verb, style)} ${riskText(action.risk, style)} ${style.faint(action.id)}`;
  const held =
    action.held === undefined ? [] : [`      ${style.warning(`held: ${action.held.reason}`)}: ${action.held.message}`];
  return [head, `      why: ${action.reason}`, ...held, ...action.changes.map((change) => changeLine(change, style))];
}

function causeLines({ why, resources }: UnknownCause): readonly string[] {
  const [first, ...others] = resources;
  return others.length === 0
    ? [`  ? ${first}: ${why}`]
    : [`  ? ${why}`, ...resources.map((resource) => `      ${resource}`)];
}

function verbText(verb: Verb, style: Style): string {
  const text = `${signs[verb]} ${verb}`;
  switch (verb) {
    case "create":
    case "adopt":
      return style.added(text);
    case "update":
      return style.changed(text);
    case "replace":
    case "delete":
      return style.removed(text);
  }
}

function riskText(risk: Risk, style: Style): string {
  return risk === "safe" ? style.faint(risk) : style.bad(risk);
}

function changeLine(change: Change, style: Style): string {
  const to =
    change.knownAfterApply === undefined ? valueText(change.to) : `(known after apply: ${change.knownAfterApply})`;
  if (change.from === undefined) return style.added(`      + ${change.path}: ${to}`);
  if (change.to === undefined && change.knownAfterApply === undefined) {
    return style.removed(`      - ${change.path}: ${valueText(change.from)}`);
  }
  return style.changed(`      ~ ${change.path}: ${valueText(change.from)} -> ${to}`);
}
