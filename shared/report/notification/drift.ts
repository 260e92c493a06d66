import { targetKey } from "../../engine/action.ts";
import { digest } from "../../engine/digest.ts";
import { isRevision, type Plan } from "../../engine/plan.ts";
import type { RunRecord } from "../../engine/record.ts";
import type { ResourceStatus } from "../../engine/status.ts";
import type { Matter, Told } from "./matter.ts";

export interface DriftInput {
  readonly before: Told | undefined;
  readonly status: Told;
  readonly record: Pick<RunRecord, "actions" | "endedAt">;
  readonly plan: Plan | undefined;
  /** Of a run that died: what it may have put right without a word. */
  readonly unfinished: Plan | undefined;
  /** The file only asks for reports: then whatever differs is told, a new file's changes too. */
  readonly observing: boolean;
}

export interface Drift {
  readonly drifted: readonly string[];
  readonly matters: readonly Matter[];
}

/**
 * What differs from the file although the file is the same as when it didn't, and what of it is as declared again. Pure. What a new
 * file asks for is no drift while it is being made real, nor is what the clock makes due.
 */
export function driftOf(input: DriftInput): Drift {
  const { before, status, record, plan, unfinished, observing } = input;
  const known = new Set(before?.notifications?.drifted ?? []);
  // Nobody looked: what was known stands.
  if (plan === undefined) return { drifted: [...known].sort(), matters: [] };
  const sameFile = isRevision(before?.inForce, status.inForce);
  const wasInSync = (key: string): boolean => sameFile && before?.resources[key]?.sync === "InSync";
  const planned = reasons(plan.actions);
  const done = reasons(
    record.actions.filter(({ outcome }) => outcome.state === "applied" || outcome.state === "pending"),
  );
  const left = reasons(unfinished?.actions.filter(({ held }) => held === undefined) ?? []);

  const began = [...planned.keys(), ...done.keys(), ...left.keys()].filter((key) =>
    observing ? planned.has(key) : wasInSync(key),
  );
  const drifted: string[] = [];
  const matters: Matter[] = [];
  for (const key of new Set([...known, ...began])) {
    const resource = status.resources[key];
    if (resource === undefined) continue;
    if (resource.sync === "Unknown") {
      if (known.has(key)) drifted.push(key);
    } else if (resource.sync !== "InSync") {
      drifted.push(key);
      matters.push(differing(key, resource, planned.get(key)));
    } else {
      const reason = done.get(key)?.reason ?? left.get(key)?.reason;
      matters.push({
        // Where it was found and put right at once, that is all that there is to hear of it.
        events: known.has(key) ? ["Healed"] : ["Healed", "Drifted"],
        subject: key,
        message: reason === undefined ? "is as the file declares again" : `${reason}; put right`,
        since: record.endedAt,
      });
    }
  }
  return { drifted: drifted.sort(), matters };
}

function differing(key: string, resource: ResourceStatus, action: Cause | undefined): Matter {
  return {
    events: ["Drifted"],
    subject: key,
    message: action?.reason ?? resource.message ?? "differs from the file",
    since: resource.since,
    content: action?.content ?? null,
  };
}

interface Cause {
  readonly reason: string;
  readonly content: string;
}

interface Acted {
  readonly target: { readonly kind: string; readonly name: string };
  readonly reason: string;
  readonly changes: readonly { readonly path: string }[];
  readonly routine?: true;
}

/** By `kind/name`, without what only the clock asked for. */
function reasons(actions: readonly Acted[]): ReadonlyMap<string, Cause> {
  const found = new Map<string, Cause>();
  for (const [key, some] of Map.groupBy(actions, ({ target }) => targetKey(target))) {
    const causes = some.filter(({ routine }) => routine !== true);
    if (causes.length === 0) continue;
    const paths = [...new Set(causes.flatMap(({ changes }) => changes.map(({ path }) => path)))].sort();
    const reason = [...new Set(causes.map((one) => one.reason))].join("; ");
    found.set(key, { reason, content: digest(paths).slice(0, 12) });
  }
  return found;
}
