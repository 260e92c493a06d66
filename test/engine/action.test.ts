import { expect, test } from "vitest";
import { type ActionDraft, seal } from "../../shared/engine/action.ts";
import { canonicalJson } from "../../shared/engine/json.ts";

const draft: ActionDraft = {
  target: { kind: "network", name: "group/host" },
  verb: "update",
  changes: [{ path: "ingress[tcp 8080 from 0.0.0.0/0]", from: { port: 8080 } }],
  risk: "safe",
  reason: "port 8080 is open to 0.0.0.0/0, which the file doesn't declare",
  ownership: "ours",
};

test("an action's id doesn't depend on the order in which its data was built", () => {
  const other: ActionDraft = { ...draft, target: { name: "group/host", kind: "network" } };
  expect(seal(other, { a: 1, b: 2 }).id).toBe(seal(draft, { b: 2, a: 1 }).id);
});

test("an action's id changes when what was observed of its target changes", () => {
  expect(seal(draft, { rules: 1 }).id).not.toBe(seal(draft, { rules: 2 }).id);
});

test("canonical JSON sorts keys at every depth", () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
});
