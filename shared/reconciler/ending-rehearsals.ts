import type { Readers, Writers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import { failureWhile } from "../engine/failure.ts";
import type { Json, JsonObject } from "../engine/json.ts";
import type { Kind, ObserveContext } from "../engine/kind.ts";
import { absent, type Observation, present, unknown } from "../engine/observation.ts";
import { aliveFor, lastSign, rehearsalMark } from "../resources/gitlab/rehearsal.ts";
import { ending } from "./ending.ts";

type RehearsalState = JsonObject & { readonly id: string };

const kind = "rehearsal";
/** Milliseconds until one that is at work, or ending, is looked at again. */
const again = 60_000;

/**
 * Throw-away hosts of rehearsals, each a resource: they stand in the fleet's group and live by its role, so they end before
 * these. One whose maker gave a sign of life a while ago is waited for.
 */
export function endingRehearsals(): Kind<Fleet, Readers, Writers, Json, RehearsalState> {
  return {
    kind,
    after: ["network", "iam"],
    ends: true,
    desired: () => new Map<string, Json>(),
    observe,
    diff({ name, observed }) {
      if (observed === undefined) return [];
      const reason = `${observed.id} is the throw-away host of a rehearsal; its volumes, with a copy of GitLab's data, go with it`;
      return ending(kind, name, observed.id, reason);
    },
    outputs: () => ({}),
    health: () => ({ status: "Progressing" }),
    async apply({ action, writers, now }) {
      const { name } = action.target;
      await writers.host.terminate(name);
      return { state: "pending", operation: operation(now, now, `${name} is shutting down`) };
    },
  };
}

async function observe({
  fleet,
  readers,
  inventory,
  only,
  operations,
  now,
}: ObserveContext<Fleet, Readers>): Promise<ReadonlyMap<string, Observation<RehearsalState>>> {
  const names = only ?? inventory;
  try {
    const found = await readers.host.instancesTagged(rehearsalMark(fleet.metadata.name));
    const seen = new Map<string, Observation<RehearsalState>>(names.map((name) => [name, absent]));
    for (const { id, state, tags } of found) {
      if (state === "terminated") continue;
      const startedAt = operations.get(id)?.startedAt ?? now;
      const waits =
        state === "shutting-down"
          ? `${id} is shutting down`
          : now - (lastSign(tags) ?? 0) < aliveFor
            ? `a rehearsal is at work on ${id}`
            : undefined;
      const value = { id };
      seen.set(
        id,
        waits === undefined
          ? present(value)
          : {
              state: "present",
              value,
              operation: { state: "underWay", operation: operation(startedAt, now, waits) },
            },
      );
    }
    return seen;
  } catch (error) {
    const why = unknown(failureWhile("looking for hosts of rehearsals", error).message);
    return new Map([...names, "listing"].map((name) => [name, why]));
  }
}

function operation(startedAt: number, now: number, message: string) {
  return { token: "ending", startedAt, notBefore: now + again, message };
}
