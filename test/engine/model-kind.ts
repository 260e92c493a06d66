import type { ActionDraft, Change, Ownership, Risk, Target } from "../../shared/engine/action.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { DiffContext, Kind, Outputs } from "../../shared/engine/kind.ts";
import { absent, type Observation, present } from "../../shared/engine/observation.ts";
import type { ModelProcess } from "./model-process.ts";

/** What a model file wants of one thing. */
export type Wanted = {
  readonly size: number;
  /** `kind/name` of a thing whose id this one holds. */
  readonly uses?: string;
  readonly adopt?: boolean;
  /** Of a change of size; creating and finishing are always safe. */
  readonly risk?: Risk;
};

export interface ModelFleet {
  readonly name: string;
  readonly mode: "Observe" | "Enforce";
  readonly suspend?: { readonly until: number; readonly reason: string };
  readonly windowOpen?: boolean;
  readonly deleteRisk?: Risk;
  readonly kinds: Readonly<Record<string, Readonly<Record<string, Wanted>>>>;
}

/** One thing in the model world. */
export type Thing = {
  readonly id: string;
  readonly size: number;
  readonly owner: "us" | "others";
  readonly finished: boolean;
  readonly uses: string;
  /** A field that no file declares. */
  readonly undeclared: string;
};

export interface ModelWorldState {
  readonly things: Map<string, Thing>;
  made: number;
  /** Runs after every write, as somebody else would: fights are made with it. */
  afterWrite: ((key: string) => void) | undefined;
  /** Every write, with the thing as it was before it. */
  readonly writes: { readonly key: string; readonly before: Thing | undefined; readonly verb: string }[];
}

export interface ModelReaders {
  list(kind: string, only: readonly string[] | undefined): Promise<ReadonlyMap<string, Thing>>;
}

export interface ModelWriters {
  write(
    key: string,
    verb: string,
    change: (before: Thing | undefined) => Thing | undefined,
  ): Promise<Thing | undefined>;
}

export function readersOf(world: ModelWorldState, process: ModelProcess): ModelReaders {
  return {
    list: (kind, only) =>
      process.call(`${kind}:list`, false, () => {
        const found = new Map<string, Thing>();
        for (const [key, thing] of world.things) {
          const name = key.slice(kind.length + 1);
          if (key.startsWith(`${kind}/`) && (only === undefined || only.includes(name))) found.set(name, thing);
        }
        return found;
      }),
  };
}

export function writersOf(world: ModelWorldState, process: ModelProcess, assertHeld: () => void): ModelWriters {
  return {
    write(key, verb, change) {
      assertHeld();
      return process.call(`${key}:${verb}`, true, () => {
        const before = world.things.get(key);
        const after = change(before);
        world.writes.push({ key, before, verb });
        if (after === undefined) world.things.delete(key);
        else world.things.set(key, after);
        world.afterWrite?.(key);
        return after;
      });
    },
  };
}

export type ModelKind = Kind<ModelFleet, ModelReaders, ModelWriters, Wanted, Thing>;

/** A kind with everything that makes real ones hard: half-made things, ids of others, foreign things, undeclared fields. */
export function modelKind(world: ModelWorldState, kind: string, after: readonly string[]): ModelKind {
  return {
    kind,
    after,
    desired: (fleet) => new Map(Object.entries(fleet.kinds[kind] ?? {})),
    async observe({ fleet, readers, inventory, only }) {
      const found = await readers.list(kind, only);
      const names = new Set([...Object.keys(fleet.kinds[kind] ?? {}), ...inventory]);
      for (const [name, thing] of found) if (thing.owner === "us") names.add(name);
      const observations = new Map<string, Observation<Thing>>();
      for (const name of names) {
        const thing = found.get(name);
        observations.set(name, thing === undefined ? absent : present(thing));
      }
      return observations;
    },
    diff: (context) => drafts(kind, context),
    async apply({ action, desired, outputs, writers }) {
      const key = `${kind}/${action.target.name}`;
      if (action.verb === "delete") {
        await writers.write(key, "delete", (before) => removed(world, before));
        return { state: "done" };
      }
      if (desired === undefined) throw new Failure({ code: "Defect", class: "terminal", message: "nothing wanted" });
      const uses = desired.uses === undefined ? "" : (outputs.get(desired.uses)?.["id"] ?? "");
      if (action.verb === "create")
        await writers.write(key, "create", (before) => created(world, key, before, desired));
      const made = await writers.write(key, "update", (before) => {
        if (before === undefined) throw new Failure({ code: "Gone", class: "retry", message: `${key} is gone` });
        return { ...before, size: desired.size, owner: "us", finished: true, uses };
      });
      return { state: "done", outputs: { id: made?.id ?? "" } };
    },
    outputs: (_name, { id }): Outputs => ({ id }),
    health: () => ({ status: "Healthy" }),
  };
}

function created(world: ModelWorldState, key: string, before: Thing | undefined, desired: Wanted): Thing {
  if (before !== undefined) throw new Failure({ code: "Exists", class: "retry", message: `${key} exists already` });
  world.made += 1;
  const id = `${key}#${world.made}`;
  return { id, size: desired.size, owner: "us", finished: false, uses: "", undeclared: "" };
}

function removed(world: ModelWorldState, before: Thing | undefined): undefined {
  const inUse = before !== undefined && [...world.things.values()].some((thing) => thing.uses === before.id);
  if (inUse) throw new Failure({ code: "InUse", class: "retry", message: `${before.id} is in use` });
}

function drafts(kind: string, context: DiffContext<ModelFleet, Wanted, Thing>): readonly ActionDraft[] {
  const { fleet, name, desired, observed, outputs } = context;
  const target: Target = { kind, name };
  if (desired === undefined) {
    if (observed === undefined || observed.owner !== "us") return [];
    const changes = [{ path: "size", from: observed.size }];
    const risk = fleet.deleteRisk ?? "safe";
    return [{ target, verb: "delete", changes, risk, reason: "it left the file", ownership: "ours" }];
  }
  const needs = desired.uses === undefined ? [] : [targetOf(desired.uses)];
  const uses = desired.uses === undefined ? "" : outputs.get(desired.uses)?.["id"];
  if (observed === undefined) {
    const changes: Change[] = [{ path: "size", to: desired.size }];
    if (uses === undefined) changes.push({ path: "uses", knownAfterApply: `${desired.uses ?? ""}.id` });
    return [{ target, verb: "create", changes, risk: "safe", reason: "it doesn't exist", ownership: "none", needs }];
  }
  const changes: Change[] = [];
  if (observed.size !== desired.size) changes.push({ path: "size", from: observed.size, to: desired.size });
  if (!observed.finished) changes.push({ path: "finished", from: false, to: true });
  if (uses === undefined)
    changes.push({ path: "uses", from: observed.uses, knownAfterApply: `${desired.uses ?? ""}.id` });
  else if (observed.uses !== uses) changes.push({ path: "uses", from: observed.uses, to: uses });
  if (observed.owner !== "us") changes.push({ path: "owner", from: "others", to: "us" });
  if (changes.length === 0) return [];
  const ownership: Ownership = observed.owner === "us" ? "ours" : desired.adopt === true ? "adopting" : "foreign";
  const verb = ownership === "adopting" ? "adopt" : "update";
  const resized = observed.size !== desired.size;
  const risk = resized ? (desired.risk ?? "safe") : "safe";
  return [{ target, verb, changes, risk, reason: "it differs", ownership, needs }];
}

function targetOf(key: string): Target {
  const slash = key.indexOf("/");
  return { kind: key.slice(0, slash), name: key.slice(slash + 1) };
}
