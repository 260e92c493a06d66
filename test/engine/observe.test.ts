import { expect, test } from "vitest";
import { difference } from "../../shared/engine/diff.ts";
import type { Json } from "../../shared/engine/json.ts";
import type { ReadableKind } from "../../shared/engine/kind.ts";
import { absent, type Observation, present, unknown } from "../../shared/engine/observation.ts";
import { type Look, observe } from "../../shared/engine/observe.ts";

type Kind = ReadableKind<null, null>;

function kindOf(kind: string, fields: Partial<Kind> = {}): Kind {
  return {
    kind,
    after: [],
    desired: () => new Map([["a", null]]),
    observe: () => Promise.resolve(new Map([["a", present("found")]])),
    diff: () => [],
    outputs: () => ({ id: `${kind}-1` }),
    health: () => ({ status: "Healthy" }),
    ...fields,
  };
}

function look(kinds: readonly Kind[], inventory: Record<string, readonly string[]> = {}): Promise<Look<null, null>> {
  return observe({ fleet: null, kinds, readers: null, inventory, memory: new Map(), now: 0 });
}

const stateOf = (found: Look<null, null>, kind: string, name = "a"): Observation<Json> | undefined =>
  found.kinds.get(kind)?.observations.get(name);

test("kinds are looked at side by side, unless one can't be found without another's outputs", async () => {
  const log: string[] = [];
  const logging = (kind: string, fields: Partial<Kind> = {}): Kind =>
    kindOf(kind, {
      ...fields,
      async observe({ outputs }) {
        log.push(`${kind} begins with ${outputs.get("first/a")?.["id"] ?? "nothing"}`);
        await Promise.resolve();
        log.push(`${kind} ends`);
        return new Map([["a", present("found")]]);
      },
    });
  await look([
    logging("second", { after: ["first"], observeAfter: ["first"] }),
    logging("first"),
    logging("third", { after: ["first"] }),
  ]);
  expect(log).toEqual([
    "first begins with nothing",
    "third begins with nothing",
    "first ends",
    "third ends",
    "second begins with first-1",
    "second ends",
  ]);
});

test("a name without an answer is unknown, and so is all of a kind that throws, in whatever it throws", async () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  const found = await look(
    [
      kindOf("silent", { observe: () => Promise.resolve(new Map()) }),
      kindOf("throwing", { observe: boom }),
      kindOf("wanting", { desired: boom }),
      kindOf("giving", { outputs: boom }),
      kindOf("fine"),
    ],
    { silent: ["b"], wanting: ["b"] },
  );
  expect(stateOf(found, "silent")).toEqual(unknown("silent gave no answer about it"));
  expect(stateOf(found, "silent", "b")).toEqual(unknown("silent gave no answer about it"));
  expect(stateOf(found, "throwing")).toEqual(unknown("observing throwing: boom"));
  expect(stateOf(found, "wanting", "b")).toEqual(unknown("working out what the file wants of wanting: boom"));
  expect(stateOf(found, "giving")).toEqual(unknown("reading the outputs of giving/a: boom"));
  expect(stateOf(found, "fine")).toEqual(present("found"));
});

test("a change that waits for something unknown is unknown; a create is still proposed", async () => {
  const changes = [{ path: "group", knownAfterApply: "net/group/a.id" }];
  const draft = { changes, risk: "safe", reason: "so", ownership: "ours" } as const;
  const net = kindOf("net", {
    desired: () => new Map([["group/a", null]]),
    observe: () => Promise.reject(new Error("x")),
  });
  const host = kindOf("host", {
    observe: () =>
      Promise.resolve(
        new Map([
          ["a", present("found")],
          ["b", absent],
        ]),
      ),
    diff: ({ name, observed }) => [
      { ...draft, target: { kind: "host", name }, verb: observed === undefined ? "create" : "update" },
    ],
  });
  const { actions, unknown: unknowns } = difference(null, await look([net, host]), 0);
  expect(actions.map(({ target, verb }) => [target.name, verb])).toEqual([["b", "create"]]);
  expect(unknowns.at(-1)).toEqual({ kind: "host", name: "a", why: "whether it differs depends on net/group/a.id" });
});

test("a fingerprint covers what the kind says, so that health doesn't void approvals", async () => {
  const fingerprint = async (health: string, size: number): Promise<string | undefined> => {
    const kind = kindOf("k", {
      observe: () => Promise.resolve(new Map([["a", present({ health, size })]])),
      fingerprinted: (_name, observed) =>
        observed !== null && typeof observed === "object" && "size" in observed ? (observed["size"] ?? null) : null,
      diff: ({ name }) => [
        { target: { kind: "k", name }, verb: "update", changes: [], risk: "safe", reason: "so", ownership: "ours" },
      ],
    });
    return difference(null, await look([kind]), 0).actions[0]?.id;
  };
  expect(await fingerprint("good", 1)).toBe(await fingerprint("bad", 1));
  expect(await fingerprint("good", 1)).not.toBe(await fingerprint("good", 2));
});
