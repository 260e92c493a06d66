import { Failure } from "../engine/failure.ts";
import type { Teardown } from "../engine/state-port.ts";
import { isUnderWay } from "../engine/teardown.ts";
import type { Holds } from "./formats.ts";
import { readHolds, updateHolds } from "./holds.ts";
import { keysOf } from "./keys.ts";
import type { ObjectStore } from "./object-store.ts";

export async function readTeardown(store: ObjectStore, fleet: string): Promise<Teardown | undefined> {
  return (await readHolds(store, fleet)).teardown;
}

export interface TeardownRequest {
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly data: boolean;
  /** Ids of actions that `by` approves. */
  readonly approve: readonly string[];
}

/** Begins a teardown, or goes on with the one under way: approvals add up, and the newest call says whether data goes too. */
export async function beginTeardown(store: ObjectStore, fleet: string, request: TeardownRequest): Promise<Teardown> {
  const { by, at, data } = request;
  const { teardown } = await updateHolds(store, fleet, (holds) => {
    const going = isUnderWay(holds.teardown) ? holds.teardown : undefined;
    const known = going?.approved ?? [];
    const added = request.approve.filter((id) => !known.some(({ actionId }) => actionId === id));
    if (going !== undefined && going.data === data && added.length === 0) return undefined;
    const approved = [...known, ...added.map((actionId) => ({ actionId, by, at }))];
    return { ...holds, teardown: going === undefined ? { by, at, data, approved } : { ...going, data, approved } };
  });
  if (teardown === undefined) throw new Error("a teardown that was just written is there");
  return teardown;
}

/** Gives a teardown up: the next reconcile makes anew what is gone already. @returns whether one was under way */
export async function abandonTeardown(store: ObjectStore, fleet: string): Promise<boolean> {
  let given = false;
  await updateHolds(store, fleet, ({ teardown, ...others }) => {
    given = isUnderWay(teardown);
    if (!isUnderWay(teardown)) return undefined;
    if (teardown.emptiedAt === undefined) return others;
    throw new Failure({
      code: "AlreadyGone",
      class: "terminal",
      message: "everything of the fleet is gone already",
      hint: "Let `fleetkeeper destroy` end, then push the file: that starts the fleet anew.",
    });
  });
  return given;
}

/**
 * Forgets a fleet of which nothing is left. The teardown's own note goes through three states, so that whoever is
 * interrupted goes on: under way, emptied, ended. History, lease and heartbeat stay: epochs never fall.
 */
export async function forgetFleet(store: ObjectStore, fleet: string, now: () => number): Promise<void> {
  const keys = keysOf(fleet);
  const mark = (change: (teardown: Teardown) => Holds) =>
    updateHolds(store, fleet, ({ teardown }) => (isUnderWay(teardown) ? change(teardown) : undefined));
  // A suspension was the fleet's: it goes with it.
  await mark((teardown) => ({ teardown: { ...teardown, emptiedAt: teardown.emptiedAt ?? now() } }));
  // The file first: without it nothing is wanted, whatever else is still there.
  const files = [keys.desired, keys.accepted, keys.approvals, keys.plan, keys.ledger, keys.sweeps];
  for (const key of files) await store.delete(key);
  for (const key of await store.list(keys.outputs)) await store.delete(key);
  await store.delete(keys.status);
  await mark((teardown) => ({ teardown: { ...teardown, approved: [], endedAt: now() } }));
}

/** @throws Failure `TearingDown` while a teardown is under way */
export async function refuseDuringTeardown(store: ObjectStore, fleet: string): Promise<void> {
  const teardown = await readTeardown(store, fleet);
  if (!isUnderWay(teardown)) return;
  throw new Failure({
    code: "TearingDown",
    class: "terminal",
    message: `${fleet} is being destroyed since ${new Date(teardown.at).toISOString()} (${teardown.by})`,
    hint: "Let `fleetkeeper destroy` end and push again, which starts it anew, or give it up: `fleetkeeper destroy --abandon`.",
  });
}
