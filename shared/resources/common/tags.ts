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

/** The tags by which everything of this fleet's and kind is found. */
export function markOf(fleet: Fleet, kind: string): Tags {
  return { [fleetTag]: fleet.metadata.name, [kindTag]: kind };
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

/** The tags that an action writes; one that it takes away isn't among them. */
export function changedTags(changes: readonly Change[]): Tags {
  return Object.fromEntries(
    changes.flatMap(({ path, to }) => {
      const key = keyOf(path);
      return key === undefined || typeof to !== "string" ? [] : [[key, to] as const];
    }),
  );
}

/** All tags as an action leaves them, where the service knows them as one document only. Undefined: it leaves them alone. */
export function tagsAfter(observed: Tags, changes: readonly Change[]): Tags | undefined {
  const keys = changes.flatMap(({ path }) => keyOf(path) ?? []);
  if (keys.length === 0) return undefined;
  const kept = Object.entries(observed).filter(([key]) => !keys.includes(key));
  return { ...Object.fromEntries(kept), ...changedTags(changes) };
}

function keyOf(path: string): string | undefined {
  return /^tags\[(.*)\]$/s.exec(path)?.[1];
}
