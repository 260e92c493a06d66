import { targetKey } from "../engine/action.ts";
import type { ActionRecord, RunRecord } from "../engine/record.ts";
import { changesHtml } from "./change-html.ts";
import { badge, html, type Markup } from "./html.ts";
import { page } from "./page.ts";
import { recordLine } from "./record-text.ts";
import { endTone } from "./status-order.ts";
import { plainStyle } from "./style.ts";
import { unknownCauses } from "./unknown-cause.ts";

/** Runs as a page, newest first: what each changed, from what to what, what it held and what it couldn't see. */
export function historyHtml(fleet: string, records: readonly RunRecord[], now: number): string {
  const body = html`<h1>${fleet}</h1>
<p class="lead">${records.length === 0 ? "No run has done anything yet." : "Runs that did or found something, newest first."}</p>
${records.map(runHtml)}`;
  return page(`${fleet}: history`, body, now);
}

function runHtml(record: RunRecord): Markup {
  const failure =
    record.failure === undefined
      ? html``
      : html`<p>${badge("error", "bad")} ${record.failure.code}: ${record.failure.message}</p>`;
  return html`<section class="box"><p>${badge(record.end, endTone(record.end))} ${recordLine(record, plainStyle)}</p>
${failure}${record.actions.map(actionHtml)}${record.held.map(
  ({ target, verb, id, hold }) =>
    html`<p>${badge(`held: ${hold.reason}`, "warning")} <code>${targetKey(target)}</code> ${verb} <code class="faint">${id}</code> ${hold.message}</p>`,
)}${unknownCauses(record.unknown).map(
  ({ why, resources }) =>
    html`<p>${badge("unknown", "warning")} ${why} <code class="faint">${resources.join(", ")}</code></p>`,
)}</section>
`;
}

function actionHtml({ target, verb, reason, outcome, changes, approvedBy }: ActionRecord): Markup {
  const said = "message" in outcome ? outcome.message : reason;
  const tone = outcome.state === "applied" ? "good" : outcome.state === "failed" ? "bad" : "warning";
  const who = approvedBy === undefined ? "" : ` (approved by ${approvedBy})`;
  return html`<p>${badge(outcome.state, tone)} <code>${targetKey(target)}</code> <strong>${verb}</strong> ${said}${who}</p>
${changesHtml(changes)}`;
}
