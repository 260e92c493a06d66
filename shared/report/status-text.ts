import type { Condition } from "../engine/condition.ts";
import type { Health } from "../engine/kind.ts";
import type { Heartbeat } from "../engine/state-port.ts";
import type { FleetStatus, ResourceStatus } from "../engine/status.ts";
import { age, instant } from "./age.ts";
import { revisionText } from "./plan-text.ts";
import { byUrgency, conditionTone, syncTone } from "./status-order.ts";
import type { Style } from "./style.ts";
import { type Cell, table } from "./table.ts";
import { painted } from "./tone.ts";

/** What is off, since when, and who is to act: conditions first, then resources, what is wrong before what is well. */
export function statusText(status: FleetStatus, heartbeat: Heartbeat | undefined, now: number, style: Style): string {
  const inForce = status.inForce === undefined ? "no revision in force" : revisionText(status.inForce);
  const lines = [`${style.strong(status.fleet)} ${style.faint(inForce)}`];
  lines.push(lastRunText(status, heartbeat, now), "", ...conditionLines(status.conditions, now, style), "");
  lines.push(...resourceLines(Object.values(status.resources), now, style));
  if (status.notManaged.length > 0) {
    lines.push("", style.faint(`not managed by this version: ${status.notManaged.join(", ")}`));
  }
  for (const note of status.notes) lines.push("", `${style.warning("note")} ${note}`);
  return `${lines.join("\n")}\n`;
}

/** When the fleet was last looked at, by whom, how that ended, and when the next look is due. */
export function lastRunText(status: FleetStatus, heartbeat: Heartbeat | undefined, now: number): string {
  const run = heartbeat ?? status.lastRun;
  const end = heartbeat === undefined ? "" : `, ${heartbeat.end}`;
  const again =
    heartbeat?.runAgainAt === undefined
      ? ""
      : heartbeat.runAgainAt <= now
        ? "; next run due now"
        : `; next run in ${age(heartbeat.runAgainAt - now)}`;
  return `last run ${age(now - run.endedAt)} ago (${instant(run.endedAt)}, ${run.trigger}${end})${again}`;
}

function conditionLines(conditions: readonly Condition[], now: number, style: Style): readonly string[] {
  const rows = conditions.map((condition): readonly Cell[] => {
    return [
      { text: condition.type },
      { text: condition.status, paint: painted(conditionTone(condition), style) },
      { text: age(now - condition.lastTransitionTime), paint: style.faint },
      { text: condition.reason },
      { text: condition.message, paint: style.faint },
    ];
  });
  const head = ["CONDITION", "STATUS", "FOR", "REASON", "MESSAGE"].map((text) => ({ text, paint: style.faint }));
  return table([head, ...rows]);
}

function resourceLines(resources: readonly ResourceStatus[], now: number, style: Style): readonly string[] {
  if (resources.length === 0) return [style.faint("no resources yet")];
  const rows = byUrgency(resources).map((resource): readonly Cell[] => [
    { text: `${resource.kind}/${resource.name}` },
    { text: resource.sync, paint: painted(syncTone(resource.sync), style) },
    { text: healthText(resource.health) },
    { text: age(now - resource.since), paint: style.faint },
    { text: resource.failure?.message ?? resource.message ?? "", paint: style.faint },
  ]);
  const head = ["RESOURCE", "SYNC", "HEALTH", "FOR", "MESSAGE"].map((text) => ({ text, paint: style.faint }));
  return table([head, ...rows]);
}

export function healthText(health: Health): string {
  return health.message === undefined ? health.status : `${health.status}: ${health.message}`;
}
