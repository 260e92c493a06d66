import { expect, test } from "vitest";
import type { ActionDraft } from "../../shared/engine/action.ts";
import { difference } from "../../shared/engine/diff.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { ObserveContext, ReadableKind } from "../../shared/engine/kind.ts";
import { absent, type Observation, present, unknown } from "../../shared/engine/observation.ts";
import { goneIn, observe, toldBy } from "../../shared/engine/observe.ts";

type Kind = ReadableKind<null, null>;
type Context = ObserveContext<null, null>;

/** A kind that finds what it is told to find; `heard` is what it was told when it was asked. */
function finding(
  kind: string,
  found: Readonly<Record<string, Observation<string>>>,
  fields: Partial<Kind> = {},
): Kind & { readonly heard: Context[] } {
  const heard: Context[] = [];
  return {
    kind,
    heard,
    after: [],
    desired: () => new Map(),
    observe: (context) => {
      heard.push({ ...context, gone: new Set(context.gone) });
      return Promise.resolve(new Map(Object.entries(found)));
    },
    diff: () => [],
    outputs: (name) => ({ id: `${name}-1` }),
    health: () => ({ status: "Healthy" }),
    ...fields,
  };
}

const inventory = { net: ["old"] };
const look = (...kinds: readonly Kind[]) =>
  observe({ fleet: null, kinds, readers: null, inventory, memory: new Map(), now: 7 });

test("what was seen to be absent is gone, for the kinds that come after it and for the check before an apply", async () => {
  const net = finding("net", { host: absent, old: absent, other: present("there"), dim: unknown("denied") });
  const app = finding("app", { a: absent }, { observeAfter: ["net"] });
  const found = await look(app, net);
  expect([...(app.heard[0]?.gone ?? [])]).toEqual(["net/host", "net/old"]);
  expect([...goneIn(found)].sort()).toEqual(["app/a", "net/host", "net/old"]);
  expect(app.heard[0]).toMatchObject({ inventory: [], now: 7 });
  expect(net.heard[0]).toMatchObject({ inventory: ["old"], now: 7 });
});

test("a kind is looked at once, however many wait for it, and its resources are told in the order of their names", async () => {
  const net = finding("net", { b: present("x"), a: present("x") });
  const told: string[] = [];
  const kinds = [finding("app", {}, { observeAfter: ["net"] }), finding("web", {}, { observeAfter: ["net"] }), net];
  await observe({
    ...{ fleet: null, kinds, readers: null, inventory, memory: new Map(), now: 7 },
    observed: (kind, observations) => told.push(`${kind}: ${[...observations.keys()]}`),
  });
  expect(net.heard).toHaveLength(1);
  expect(told.sort()).toEqual(["app: ", "net: a,b,old", "web: "]);
});

test("only what is present has outputs", async () => {
  const net = finding("net", { a: present("x"), b: absent, c: unknown("denied") });
  expect([...(await look(net)).outputs]).toEqual([["net/a", { id: "a-1" }]]);
});

test("what a resource says of the fleet counts while the file wants it; kinds that say nothing are passed over", async () => {
  const net = finding(
    "net",
    { a: present("x"), left: present("x") },
    {
      desired: () => new Map([["a", "x"]]),
      tells: (name, { state }) => [{ reason: "CertificateFresh", message: `${name} is ${state}` }],
    },
  );
  const quiet = finding("app", { a: present("x") }, { desired: () => new Map([["a", "x"]]) });
  const told = toldBy(await look(net, quiet));
  expect(told.map(({ message }) => message)).toEqual(["a is present"]);
});

const ending: ActionDraft = {
  ...{ target: { kind: "net", name: "a" }, verb: "delete", changes: [], risk: "destructive" },
  ...{ reason: "the fleet ends", ownership: "ours" },
};

/** What the end of a network waits for, where something of a later kind is still there. */
async function waitsFor(app: Partial<Kind>, found: Observation<string> = present("x")): Promise<readonly string[]> {
  const net = finding("net", { a: present("x") }, { diff: () => [ending] });
  const later = finding("app", { b: found }, { after: ["net"], ...app });
  const { actions } = difference(null, await look(net, later), 0);
  const end = actions.find(({ target }) => target.kind === "net");
  return (end?.needs ?? []).map(({ kind, name }) => `${kind}/${name}`);
}

test("an end waits for what else ends, and not for what stays on purpose", async () => {
  const ends = (name: string): ActionDraft => ({ ...ending, target: { kind: "app", name } });
  expect(await waitsFor({ ends: true, diff: ({ name }) => [ends(name)] })).toEqual(["app/b"]);
  expect(await waitsFor({ ends: true })).toEqual([]);
  // A kind that wants things stays by no choice of its own: it is only not told to go yet.
  expect(await waitsFor({})).toEqual(["app/b"]);
});

test("an end waits for one that is under way, though nothing more is proposed of it; a failed one is not under way", async () => {
  const operation = { token: "1", startedAt: 1, notBefore: 2, message: "ending" };
  const failure = new Failure({ code: "Nope", class: "retry", message: "no" });
  const underWay = { state: "present", value: "x", operation: { state: "underWay", operation } } as const;
  expect(await waitsFor({ ends: true }, underWay)).toEqual(["app/b"]);
  expect(
    await waitsFor({ ends: true }, { state: "present", value: "x", operation: { state: "failed", failure } }),
  ).toEqual([]);
});
