import { expect, test } from "vitest";
import { type ActionDraft, seal } from "../../shared/engine/action.ts";
import { difference, fingerprintOfObservation } from "../../shared/engine/diff.ts";
import type { Json } from "../../shared/engine/json.ts";
import type { ReadableKind } from "../../shared/engine/kind.ts";
import { absent, type Observation, present, unknown } from "../../shared/engine/observation.ts";
import { type KindLook, type Look, operationsOf } from "../../shared/engine/observe.ts";

function draftOf(kind: string, name: string, fields: Partial<ActionDraft> = {}): ActionDraft {
  return {
    target: { kind, name },
    verb: "update",
    changes: [],
    risk: "safe",
    reason: "it differs",
    ownership: "ours",
    ...fields,
  };
}

function lookOf(
  kind: string,
  observations: Readonly<Record<string, Observation<Json>>>,
  drafts: readonly ActionDraft[],
): KindLook<null, null> {
  const readable: ReadableKind<null, null> = {
    kind,
    after: [],
    desired: () => new Map(),
    observe: () => Promise.resolve(new Map()),
    diff: ({ name }) => {
      if (name === "broken") throw new Error("it broke");
      return drafts.filter(({ target }) => target.name === name);
    },
    outputs: () => ({}),
    health: () => ({ status: "Healthy" }),
  };
  return { kind: readable, desired: new Map(), observations: new Map(Object.entries(observations)) };
}

function compared(looks: readonly KindLook<null, null>[]) {
  const look: Look<null, null> = { kinds: new Map(looks.map((one) => [one.kind.kind, one])), outputs: new Map() };
  const { actions, unknown: left } = difference(null, look, 0);
  return {
    actions: actions.map(({ target, changes }) =>
      `${target.kind}/${target.name} ${changes.map(({ path }) => path)}`.trim(),
    ),
    unknown: left.map(({ kind, name, why }) => `${kind}/${name} ${why}`),
  };
}

const waits = { path: "groups", from: "sg-1", to: null, knownAfterApply: "net/host.id" };
const plain = { path: "size", from: 1, to: 2 };
const silent = lookOf("net", { host: unknown("denied") }, []);

test("a change that waits for something unknown isn't told, and the others of its action are", () => {
  const both = lookOf("app", { a: present(1) }, [draftOf("app", "a", { changes: [waits, plain] })]);
  expect(compared([silent, both])).toEqual({ actions: ["app/a size"], unknown: ["net/host denied"] });
});

test("an action of nothing but such changes leaves its target unknown, and says what it depends on", () => {
  const alone = lookOf("app", { a: present(1) }, [draftOf("app", "a", { changes: [waits] })]);
  expect(compared([silent, alone])).toEqual({
    actions: [],
    unknown: ["net/host denied", "app/a whether it differs depends on net/host.id"],
  });
  const second = draftOf("app", "a", { changes: [plain], reason: "another" });
  const other = lookOf("app", { a: present(1) }, [draftOf("app", "a", { changes: [waits] }), second]);
  expect(compared([silent, other])).toEqual({ actions: ["app/a size"], unknown: ["net/host denied"] });
});

test("what is made is made with whatever its needs will be, and an action without changes stays", () => {
  const made = lookOf("app", { a: absent, b: present(1) }, [
    draftOf("app", "a", { verb: "create", changes: [waits] }),
    draftOf("app", "b", { verb: "delete" }),
  ]);
  expect(compared([silent, made]).actions).toEqual(["app/a groups", "app/b"]);
});

test("a change that waits for what is known, or for nothing that anybody looked at, is told", () => {
  const app = lookOf("app", { a: present(1) }, [draftOf("app", "a", { changes: [waits] })]);
  expect(compared([lookOf("net", { host: present(1) }, []), app]).actions).toEqual(["app/a groups"]);
  expect(compared([lookOf("net", {}, []), app]).actions).toEqual(["app/a groups"]);
  expect(compared([app]).actions).toEqual(["app/a groups"]);
});

test("a comparison that breaks leaves its target unknown, and no other", () => {
  const app = lookOf("app", { broken: present(1), fine: present(1) }, [draftOf("app", "fine", { changes: [plain] })]);
  const { actions, unknown: left } = compared([app]);
  expect(actions).toEqual(["app/fine size"]);
  expect(left).toHaveLength(1);
  expect(left[0]).toContain("comparing app/broken");
});

test("a fingerprint is of what was observed: one for absent, another for each state, none for unknown", () => {
  const { kind } = lookOf("app", {}, []);
  const of = (observation: Observation<Json> | undefined) => fingerprintOfObservation(kind, "a", observation);
  expect(of(undefined)).toBeUndefined();
  expect(of(unknown("denied"))).toBeUndefined();
  expect(of(absent)).toMatch(/^[0-9a-f]{16}$/);
  expect(of(present(1))).not.toBe(of(present(2)));
  expect(of(present(1))).toBe(seal(draftOf("app", "a"), 1).fingerprint);
});

test("an id is twelve digits of target, verb, changes and fingerprint, and of nothing else", () => {
  const base = draftOf("app", "a", { changes: [plain] });
  const { id } = seal(base, 1);
  expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(seal({ ...base, reason: "another", risk: "destructive" }, 1).id).toBe(id);
  const others = [
    seal(base, 2),
    seal({ ...base, verb: "delete" }, 1),
    seal({ ...base, changes: [{ ...plain, to: 3 }] }, 1),
    seal({ ...base, target: { kind: "app", name: "b" } }, 1),
    seal({ ...base, target: { kind: "other", name: "a" } }, 1),
  ];
  expect(new Set([id, ...others.map((other) => other.id)]).size).toBe(6);
});

test("a kind is told of its own operations under way, by name", () => {
  const operation = { token: "1", startedAt: 1, notBefore: 2, message: "installing" };
  const memory = new Map([
    ["app/a", { operation }],
    ["app/b", {}],
    ["apple/c", { operation }],
    ["net/app/d", { operation }],
  ]);
  expect([...operationsOf("app", memory)]).toEqual([["a", operation]]);
});
