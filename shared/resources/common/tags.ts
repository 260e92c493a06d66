import type { Fleet } from "../../desired/fleet.ts";
import type { Change } from "../../engine/action.ts";

/** Tags by key. */
export type Tags = { readonly [key: string]: string };

export const fleetTag = "fleetkeeper:fleet";
export const kindTag = "fleetkeeper:kind";
export const nameTag = "fleetkeeper:name";

/**
 * The tags of one resource: the file's and our mark. They are part of the call that creates it, so that nothing of ours is
 * ever without a mark.
 * @param name of the resource within its kind: `role/host`
 */
export function tagsOf(fleet: Fleet, kind: string, name: string): Tags {
  return { ...fleet.spec.tags, [fleetTag]: fleet.metadata.name, [kindTag]: kind, [nameTag]: name };
}

/** Whether a thing carries this fleet's mark for that kind. Equality, never prefixes: `prod` is not `prod-eu`. */
export function isMarked(tags: Tags, fleet: Fleet, kind: string): boolean {
  return tags[fleetTag] === fleet.metadata.name && tags[kindTag] === kind;
}

/** Ours are owned, others are left: a key that isn't declared is neither looked at nor written. */
export function tagChanges(observed: Tags, desired: Tags): readonly Change[] {
  return Object.entries(desired).flatMap(([key, to]) => {
    const from = observed[key];
    if (from === to) return [];
    return [{ path: `tags[${key}]`, ...(from === undefined ? {} : { from }), to }];
  });
}

/** The tags among an action's changes, as they shall be written. */
export function changedTags(changes: readonly Change[]): Tags {
  const tags: Record<string, string> = {};
  for (const { path, to } of changes) {
    const key = /^tags\[(.*)\]$/s.exec(path)?.[1];
    if (key !== undefined && typeof to === "string") tags[key] = to;
  }
  return tags;
}
