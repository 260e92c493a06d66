import type { Fleet } from "../desired/fleet.ts";
import type { NotifyContext } from "../engine/notify.ts";
import type { Topic } from "../report/notification/topic-news.ts";
import { readSweeps } from "../resources/machines/ledger-object.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** Deletions of orphans that nobody was told of yet. */
export interface Deletions {
  readonly untold: readonly { readonly subject: string; readonly name?: string; readonly at: number }[];
  /** Epoch milliseconds of the newest that is told hereby; undefined where nobody listens. */
  readonly until: number | undefined;
}

/**
 * What sweeps have deleted since the last run told of it. Who deletes can't tell: it writes down what it did, and the next run reads
 * that. It is read only where there was something to collect, so that a fleet at rest costs nothing.
 */
export async function deletionsSince(
  store: ObjectStore,
  { name, before }: NotifyContext<Fleet>,
  topics: readonly Topic[],
): Promise<Deletions> {
  if (!topics.some(({ events }) => events.includes("OrphansCollected"))) return { untold: [], until: undefined };
  const since = before?.notifications?.collectedUntil;
  const collected = before?.conditions.find(({ type }) => type === "GarbageCollected")?.reason;
  const nothingWas = collected === "NoOrphans" || collected === "NothingToCollect";
  if (since !== undefined && nothingWas) return { untold: [], until: since };
  const { deletions } = await readSweeps(store, name);
  const done = deletions.filter(({ failure }) => failure === undefined);
  const until = Math.max(since ?? 0, ...done.map(({ at }) => at));
  // Of what was deleted before anybody listened nobody is told.
  if (since === undefined) return { untold: [], until };
  const untold = done.filter(({ at }) => at > since);
  return {
    untold: untold.map(({ subject, name: named, at }) => ({
      subject,
      at,
      ...(named === undefined ? {} : { name: named }),
    })),
    until,
  };
}
