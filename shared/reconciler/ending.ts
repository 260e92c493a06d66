import type { ActionDraft } from "../engine/action.ts";

/** The end of something that a teardown found by its mark: it stands in no file, so only a teardown deletes it. */
export function ending(kind: string, name: string, id: string, reason: string): readonly ActionDraft[] {
  const target = { kind, name };
  return [
    { target, verb: "delete", changes: [{ path: "id", from: id }], risk: "destructive", reason, ownership: "ours" },
  ];
}
