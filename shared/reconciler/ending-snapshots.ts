import type { Readers, Writers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import { failureWhile } from "../engine/failure.ts";
import type { Json, JsonObject } from "../engine/json.ts";
import type { Kind } from "../engine/kind.ts";
import { absent, type Observation, present, unknown } from "../engine/observation.ts";
import { markOf } from "../resources/common/tags.ts";
import { ending } from "./ending.ts";

type SnapshotState = JsonObject & { readonly id: string; readonly volumeId: string };

const kind = "snapshot";

/** Snapshots of the data volume, each a resource: only a teardown ends them by themselves, and only where both say so. */
export function endingSnapshots(data: boolean): Kind<Fleet, Readers, Writers, Json, SnapshotState> {
  return {
    kind,
    after: [],
    ends: true,
    desired: () => new Map<string, Json>(),
    async observe({ fleet, readers, inventory, only }) {
      const names = only ?? inventory;
      if (!data || fleet.spec.host?.backups?.deletionPolicy !== "Delete") return all(names, absent);
      try {
        const found = await readers.snapshots.tagged(markOf(fleet, "gitlab"));
        const seen = found.map(({ id, volumeId }) => [id, present({ id, volumeId })] as const);
        return new Map<string, Observation<SnapshotState>>([...all(names, absent), ...seen]);
      } catch (error) {
        return all([...names, "listing"], unknown(failureWhile("looking for snapshots", error).message));
      }
    },
    diff({ name, observed }) {
      if (observed === undefined) return [];
      const reason = `snapshot ${observed.id} of ${observed.volumeId} is this fleet's, and its deletionPolicy is Delete`;
      return ending(kind, name, observed.id, reason);
    },
    outputs: () => ({}),
    health: () => ({ status: "Healthy" }),
    async apply({ action, writers }) {
      await writers.snapshots.remove(action.target.name);
      return { state: "done" };
    },
  };
}

function all<State>(names: readonly string[], seen: Observation<State>): ReadonlyMap<string, Observation<State>> {
  return new Map(names.map((name) => [name, seen]));
}
