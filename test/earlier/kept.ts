import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { FleetWorld } from "../harness/fleet-world.ts";
import type { KeptCollection } from "../resources/machines/collected-world.ts";

/** A sandbox as code of an earlier commit left it, with its state bucket. */
interface KeptWorld {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly seed: number;
  readonly states: Record<string, object>;
}

/**
 * What an earlier version left behind, made by checking out its commit and reconciling by its own code:
 * `rest`, the sample fleet with its host as declared (nothing runs on that); `trouble`, roles, groups and a bucket with an action that
 * backs off, two deletions that want an approval and one of them approved; `collection`, machines of which one was collected, one
 * is marked and one is approved by name.
 */
export interface Kept {
  readonly rest: KeptWorld;
  readonly trouble: KeptWorld;
  readonly collection: KeptCollection;
}

/** Commits that something is kept of, oldest first. To add one: docs/known-limits.md, "An earlier version's state". */
export const earlierVersions = ["a84afa9", "e31fd49"] as const;

export function keptOf(commit: (typeof earlierVersions)[number]): Kept {
  const file = new URL(`2026-11-24-${commit}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as Kept;
}

/** Goes on in that world by today's code. */
export function reopen({ at, seed, states }: KeptWorld): Promise<FleetWorld> {
  return FleetWorld.open({ from: { at, snapshot: { seed, states } } });
}
