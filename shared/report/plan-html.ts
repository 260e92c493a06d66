import type { Plan, PlannedAction } from "../engine/plan.ts";
import { changesHtml } from "./change-html.ts";
import { badge, html, type Markup } from "./html.ts";
import { page } from "./page.ts";
import { byResource } from "./plan-order.ts";
import { revisionText } from "./plan-text.ts";
import { planTotal } from "./plan-total.ts";
import { unknownCauses } from "./unknown-cause.ts";

/** A plan as a page: what {@link planText} says, in the same order. */
export function planHtml(plan: Plan, now: number): string {
  const causes = unknownCauses(plan.unknown);
  const body = html`<h1>Plan for ${plan.fleet}</h1>
<p class="lead"><strong>${planTotal(plan)}</strong> <span class="faint">${revisionText(plan.revision)}</span></p>
${byResource(plan.actions).map(
  (group) => html`<section class="box"><h3>${group.key}</h3>${group.actions.map(actionHtml)}</section>\n`,
)}${
  causes.length === 0
    ? html``
    : html`<h2>Unknown, so left alone with all that depends on it</h2>
${causes.map(
  ({ why, resources }) =>
    html`<section class="box"><p>${badge("unknown", "warning")} ${why}</p><p class="faint"><code>${resources.join(", ")}</code></p></section>\n`,
)}`
}${
  plan.notManaged.length === 0
    ? html``
    : html`<p class="faint">Not managed by this version: ${plan.notManaged.join(", ")}</p>`
}`;
  return page(`Plan for ${plan.fleet}`, body, now);
}

function actionHtml(action: PlannedAction): Markup {
  const risk = badge(action.risk, action.risk === "safe" ? "plain" : "bad");
  const held =
    action.held === undefined
      ? html``
      : html`<p>${badge(`held: ${action.held.reason}`, "warning")} ${action.held.message}</p>`;
  return html`<p><strong>${action.verb}</strong> ${risk} <code class="faint">${action.id}</code> ${action.reason}</p>
${held}${changesHtml(action.changes)}`;
}
