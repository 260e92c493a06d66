import type { Condition, ConditionType } from "../engine/condition.ts";
import type { Health } from "../engine/kind.ts";
import type { Heartbeat } from "../engine/state-port.ts";
import type { FleetStatus, ResourceStatus, Sync } from "../engine/status.ts";
import { age, instant } from "./age.ts";
import { revisionText } from "./plan-text.ts";
import type { Style } from "./style.ts";
import { type Cell, table } from "./table.ts";

/** For each condition, the status that a person wants to see. */
const wanted: Readonly<Record<ConditionType, Condition["status"]>> = {
  Accepted: "True",
  Ready: "True",
  Reconciling: "False",
  Stalled: "False",
  Drifted: "False",
  Suspended: "False",
  GarbageCollected: "True",
  BackedUp: "True",
  CertificateValid: "True",
};

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

function lastRunText(status: FleetStatus, heartbeat: Heartbeat | undefined, now: number): string {
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
    const paint =
      condition.status === wanted[condition.type]
        ? style.good
        : condition.status === "Unknown"
          ? style.warning
          : style.bad;
    return [
      { text: condition.type },
      { text: condition.status, paint },
      { text: age(now - condition.lastTransitionTime), paint: style.faint },
      { text: condition.reason },
      { text: condition.message, paint: style.faint },
    ];
  });
  const head = ["CONDITION", "STATUS", "FOR", "REASON", "MESSAGE"].map((text) => ({ text, paint: style.faint }));
  return table([head, ...rows]);
}

const urgency: Readonly<Record<Sync, number>> = {
  Failed: 0,
  Unknown: 1,
  Held: 2,
  Drifted: 3,
  Progressing: 4,
  InSync: 5,
};

function resourceLines(resources: readonly ResourceStatus[], now: number, style: Style): readonly string[] {
  if (resources.length === 0) return [style.faint("no resources yet")];
  const sorted = [...resources].sort(
    (a, b) => urgency[a.sync] - urgency[b.sync] || (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1),
  );
  const rows = sorted.map((resource): readonly Cell[] => [
    { text: `${resource.kind}/${resource.name}` },
    { text: resource.sync, paint: syncPaint(resource.sync, style) },
    { text: healthText(resource.health) },
    { text: age(now - resource.since), paint: style.faint },
    { text: resource.failure?.message ?? resource.message ?? "", paint: style.faint },
  ]);
  const head = ["RESOURCE", "SYNC", "HEALTH", "FOR", "MESSAGE"].map((text) => ({ text, paint: style.faint }));
  return table([head, ...rows]);
}

function syncPaint(sync: Sync, style: Style): (text: string) => string {
  switch (sync) {
    case "InSync":
      return style.good;
    case "Failed":
      return style.bad;
    case "Unknown":
    case "Held":
    case "Drifted":
    case "Progressing":
      return style.warning;
  }
}

function healthText(health: Health): string {
  return health.message === undefined ? health.status : `${health.status}: ${health.message}`;
}
