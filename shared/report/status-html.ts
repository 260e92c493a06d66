import type { Condition } from "../engine/condition.ts";
import type { Heartbeat } from "../engine/state-port.ts";
import type { FleetStatus, ResourceStatus } from "../engine/status.ts";
import { age } from "./age.ts";
import { badge, html, htmlTable, type Markup } from "./html.ts";
import { page } from "./page.ts";
import { revisionText } from "./plan-text.ts";
import { byUrgency, conditionTone, syncTone } from "./status-order.ts";
import { healthText, lastRunText } from "./status-text.ts";

/** The status as a page: what `statusText` says, in the same order. */
export function statusHtml(status: FleetStatus, heartbeat: Heartbeat | undefined, now: number): string {
  const inForce = status.inForce === undefined ? "no revision in force" : revisionText(status.inForce);
  const body = html`<h1>${status.fleet}</h1>
<p class="lead">${inForce} <span class="faint">${lastRunText(status, heartbeat, now)}</span></p>
${htmlTable(
  ["Condition", "Status", "For", "Reason", "Message"],
  status.conditions.map((condition) => conditionRow(condition, now)),
)}
<h2>Resources</h2>
${htmlTable(
  ["Resource", "Sync", "Health", "For", "Message"],
  byUrgency(Object.values(status.resources)).map((resource) => resourceRow(resource, now)),
)}${status.notes.map((note) => html`<p>${badge("note", "warning")} ${note}</p>`)}`;
  return page(`${status.fleet}: status`, body, now);
}

function conditionRow(condition: Condition, now: number): readonly Markup[] {
  return [
    html`${condition.type}`,
    badge(condition.status, conditionTone(condition)),
    html`<span class="faint">${age(now - condition.lastTransitionTime)}</span>`,
    html`${condition.reason}`,
    html`${condition.message}`,
  ];
}

function resourceRow(resource: ResourceStatus, now: number): readonly Markup[] {
  return [
    html`<code>${resource.kind}/${resource.name}</code>`,
    badge(resource.sync, syncTone(resource.sync)),
    html`${healthText(resource.health)}`,
    html`<span class="faint">${age(now - resource.since)}</span>`,
    html`${resource.failure?.message ?? resource.message ?? ""}`,
  ];
}
