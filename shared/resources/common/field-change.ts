import type { Change } from "../../engine/action.ts";

/** The change of one plain field, or none where it is as desired. */
export function fieldChange<Value extends string | number | boolean>(
  path: string,
  from: Value | undefined,
  to: Value,
): readonly Change[] {
  if (from === to) return [];
  return [{ path, ...(from === undefined ? {} : { from }), to }];
}
