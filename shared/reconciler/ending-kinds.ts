import type { Readers, Writers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import type { Action } from "../engine/action.ts";
import { failureWhile } from "../engine/failure.ts";
import type { Json, JsonObject } from "../engine/json.ts";
import type { Kind, ObserveContext } from "../engine/kind.ts";
import { absent, type Observation, unknown } from "../engine/observation.ts";
import { endingKind } from "../engine/teardown.ts";
import { type Left, leftOf } from "../resources/machines/left.ts";
import type { Collection } from "./collection.ts";
import { endingRehearsals } from "./ending-rehearsals.ts";
import { endingSnapshots } from "./ending-snapshots.ts";
import type { FleetKind } from "./kinds.ts";

/** The one resource of `machines`: everything that runners made and that isn't gone. */
export const machinesTarget = { kind: "machines", name: "everything" } as const;

/** Milliseconds until it is worth looking at machines again: at least, and where only time is missing, at most. */
const again = { soonest: 60_000, latest: 5 * 60_000 };

/**
 * Every kind for a fleet that is taken down. Machines come between the runners and pools, which must have stopped making them, and
 * the services and the host, without which nobody could tell whose they are.
 */
export function endingKinds(
  kinds: readonly FleetKind[],
  { look }: Pick<Collection, "look">,
  data: boolean,
): readonly FleetKind[] {
  const ending = kinds.map((kind) => endingKind(kind, data));
  // A group ends what is in it; as long as it lives, its instances are nobody else's to end.
  const makers = new Set(["pool", "runner"]);
  const others = kinds.filter(({ kind }) => !makers.has(kind)).map(({ kind }) => kind);
  const machines = machinesKind(look, others);
  return [
    ...ending.map((kind) => (makers.has(kind.kind) ? { ...kind, after: [...kind.after, machines.kind] } : kind)),
    machines,
    endingSnapshots(data),
    endingRehearsals(),
  ];
}

type MachinesState = JsonObject & { readonly waits: string; readonly stuck: string };

/** Deletes nothing itself: whoever marks marks, and whoever sweeps sweeps, by the same evidence and predicate as always. */
function machinesKind(
  look: Collection["look"],
  after: readonly string[],
): Kind<Fleet, Readers, Writers, Json, MachinesState> {
  const { kind, name } = machinesTarget;
  return {
    kind,
    after,
    observeAfter: ["host", "runner"],
    ends: true,
    desired: () => new Map<string, Json>(),
    observe: async (context) => new Map([[name, await see(look, context)]]),
    diff({ observed }) {
      if (observed === undefined) return [];
      const { waits, stuck } = observed;
      return [
        {
          target: machinesTarget,
          verb: "delete",
          changes: [],
          risk: "safe",
          reason: "machines and what they leave behind are collected as `fleetkeeper gc` shows",
          ownership: "ours",
          ...(waits === "" && stuck !== "" ? { refused: stuck } : {}),
        } satisfies Omit<Action, "id" | "fingerprint">,
      ];
    },
    outputs: () => ({}),
    fingerprinted: () => ({}),
    health: () => ({ status: "Progressing" }),
    apply: async ({ now }) => ({ state: "pending", operation: operation(now, now, "machines are being collected") }),
  };
}

async function see(
  look: Collection["look"],
  { fleet, outputs, operations, now }: ObserveContext<Fleet, Readers>,
): Promise<Observation<MachinesState>> {
  const startedAt = operations.get(machinesTarget.name)?.startedAt ?? now;
  const registered = [...outputs.keys()].filter((target) => target.startsWith("runner/section/"));
  // What no runner makes any more can be counted; as long as one may, there is no last machine.
  if (registered.length > 0)
    return waiting(startedAt, now, { waits: `${registered.join(", ")} may make machines`, stuck: "" });
  try {
    const { summary, sweep, unlisted } = await look(fleet);
    if (summary.at === 0) return unknown("not every instance could be listed");
    if (unlisted.length > 0) return unknown(`what machines left behind could not be listed: ${unlisted.join("; ")}`);
    return stateOf(leftOf(sweep), startedAt, now);
  } catch (error) {
    return unknown(failureWhile("looking for machines", error).message);
  }
}

function stateOf(left: Left, startedAt: number, now: number): Observation<MachinesState> {
  // As long as one goes its way, it goes on; then it is the others' turn.
  const waits = some([...left.waiting, ...left.unknown, ...left.stuck]);
  if (left.waiting.length > 0) return waiting(startedAt, now, { waits, stuck: "" }, left.ripeIn);
  if (left.unknown.length > 0) return unknown(some([...left.unknown, ...left.stuck]));
  return left.stuck.length === 0 ? absent : { state: "present", value: { waits: "", stuck: some(left.stuck) } };
}

function waiting(startedAt: number, now: number, value: MachinesState, ripeIn = 0): Observation<MachinesState> {
  return {
    state: "present",
    value,
    operation: { state: "underWay", operation: operation(startedAt, now, value.waits, ripeIn) },
  };
}

function operation(startedAt: number, now: number, message: string, ripeIn = 0) {
  const wait = Math.min(Math.max(ripeIn, again.soonest), again.latest);
  return { token: "collection", startedAt, notBefore: now + wait, message };
}

/** The first five; `fleetkeeper gc` shows all. */
function some(lines: readonly string[]): string {
  const more = lines.length > 5 ? `; and ${lines.length - 5} more` : "";
  return `${lines.slice(0, 5).join("; ")}${more}`;
}
