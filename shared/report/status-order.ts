import type { Condition, ConditionType } from "../engine/condition.ts";
import type { RunEnd } from "../engine/record.ts";
import type { ResourceStatus, Sync } from "../engine/status.ts";
import type { Tone } from "./tone.ts";

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
  DiskSpace: "True",
  Notified: "True",
};

export function conditionTone({ type, status }: Condition): Tone {
  if (status === wanted[type]) return "good";
  return status === "Unknown" ? "warning" : "bad";
}

const urgency: Readonly<Record<Sync, number>> = {
  Failed: 0,
  Unknown: 1,
  Held: 2,
  Drifted: 3,
  Progressing: 4,
  InSync: 5,
};

/** What is wrong before what is well, then by name. */
export function byUrgency(resources: readonly ResourceStatus[]): readonly ResourceStatus[] {
  return [...resources].sort(
    (a, b) => urgency[a.sync] - urgency[b.sync] || (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1),
  );
}

export function syncTone(sync: Sync): Tone {
  switch (sync) {
    case "InSync":
      return "good";
    case "Failed":
      return "bad";
    case "Unknown":
    case "Held":
    case "Drifted":
    case "Progressing":
      return "warning";
  }
}

export function endTone(end: RunEnd): Tone {
  switch (end) {
    case "Ready":
      return "good";
    case "Failed":
      return "bad";
    case "Progressing":
    case "Held":
    case "Unknown":
    case "Busy":
      return "warning";
  }
}
