import type { Action, ActionDraft, Target } from "./action.ts";
import type { Verdict } from "./condition.ts";
import type { Json } from "./json.ts";
import type { Observation, Operation } from "./observation.ts";

/** What others may need of a resource once it exists: `{ id: "sg-0123" }`. Strings only. */
export type Outputs = Readonly<Record<string, string>>;

/** Outputs of every resource known so far, by `kind/name`. */
export type OutputsByTarget = ReadonlyMap<string, Outputs>;

export interface ObserveContext<Fleet, Readers> {
  readonly fleet: Fleet;
  readonly readers: Readers;
  /** Names of this kind that the status remembers: what left the file must still be looked at. */
  readonly inventory: readonly string[];
  /** Operations of this kind under way, by resource name. */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly outputs: OutputsByTarget;
  /** What was seen to be absent, or to end for good, by `kind/name`, of the kinds that this one is observed after. */
  readonly gone?: ReadonlySet<string>;
  /** Where set, only these resources need be read again (the check right before an apply). */
  readonly only?: readonly string[];
  readonly now: number;
}

export interface DiffContext<Fleet, Desired, State> {
  readonly fleet: Fleet;
  readonly name: string;
  /** Undefined where the file no longer asks for it. */
  readonly desired: Desired | undefined;
  /** Undefined where absent. Unknown resources are never diffed. */
  readonly observed: State | undefined;
  readonly outputs: OutputsByTarget;
  readonly now: number;
}

export interface ApplyContext<Fleet, Desired, State, Writers> {
  readonly fleet: Fleet;
  readonly action: Action;
  readonly desired: Desired | undefined;
  /** As read again right before, with the fingerprint that the action was planned on. */
  readonly observed: State | undefined;
  readonly outputs: OutputsByTarget;
  readonly writers: Writers;
  readonly now: number;
}

/** `done` with the outputs that dependents may use at once, or `pending`: started, and to be picked up by a later run. */
export type ApplyResult =
  | { readonly state: "done"; readonly outputs?: Outputs }
  | { readonly state: "pending"; readonly operation: Operation };

export type Health = { readonly status: "Healthy" | "Degraded" | "Progressing" | "Unknown"; readonly message?: string };

/**
 * The half of a kind that plans are made with: it is handed readers and never a writer, so a plan can't write. Everything
 * but `observe` is pure. `State` and `Desired` are plain JSON.
 */
export interface ReadableKind<Fleet, Readers, Desired extends Json = Json, State extends Json = Json> {
  readonly kind: string;
  /** Kinds whose outputs this one may need, applied first, and deleted after it. */
  readonly after: readonly string[];
  /** Those of them without whose outputs it can't even be observed: each adds its round trips. Most kinds have none. */
  readonly observeAfter?: readonly string[];
  /** What the file asks for, by resource name. Field ownership: what is not in here is neither diffed nor written. */
  desired(fleet: Fleet): ReadonlyMap<string, Desired>;
  /**
   * One observation for every desired, remembered or owned resource; a name that is missing from the answer counts as
   * unknown. Never throws for one resource's trouble: that resource is unknown, its siblings are not.
   */
  observe(context: ObserveContext<Fleet, Readers>): Promise<ReadonlyMap<string, Observation<State>>>;
  diff(context: DiffContext<Fleet, Desired, State>): readonly ActionDraft[];
  outputs(name: string, observed: State): Outputs;
  /**
   * What of the state a fingerprint covers, where that is not all of it: leave out what moves by itself (uptime, health),
   * else approvals go stale and checks right before an apply fail.
   */
  fingerprinted?(name: string, observed: State): Json;
  health(name: string, observed: State): Health;
  /** What one resource, observed or not, says of conditions that only some fleets have. */
  tells?(name: string, observation: Observation<State>): readonly Verdict[];
  /** It wants nothing, see `teardown.ts`: what it proposes no end for stays on purpose. */
  readonly ends?: true;
  /** How its resources end when the whole fleet does. Missing: there is nothing of it that would have to end. */
  readonly teardown?: KindTeardown<Fleet, Desired, State>;
}

export interface TeardownContext<Fleet, Desired, State> {
  readonly fleet: Fleet;
  readonly name: string;
  /** As the file in force still has it; undefined for what left it before. */
  readonly desired: Desired | undefined;
  readonly observed: State;
  /** Whether what holds data goes too, where the file's `deletionPolicy` allows it. */
  readonly data: boolean;
}

/** The part of a kind that a teardown needs. Pure. */
export interface KindTeardown<Fleet, Desired extends Json = Json, State extends Json = Json> {
  /** Deletions of what is this fleet's. None: it stays, because it is retained or somebody else's. */
  diff(context: TeardownContext<Fleet, Desired, State>): readonly ActionDraft[];
  /** What an approval of the end names: what stays the same while other parts of the fleet end. */
  identity(name: string, observed: State): Json;
  /** Whether it has come to its end although it is there: a container that is stopped. */
  ended?(name: string, observed: State): boolean;
  /** What these live on: with it they are gone, and while it is silent nobody knows. */
  readonly within?: Target;
}

/** One sort of resource, cut so that the engine needs to know nothing of it. */
export interface Kind<Fleet, Readers, Writers, Desired extends Json = Json, State extends Json = Json>
  extends ReadableKind<Fleet, Readers, Desired, State> {
  /** Idempotent. Throws a {@link Failure} with its class; a half-made result is recognised by the next observe. */
  apply(context: ApplyContext<Fleet, Desired, State, Writers>): Promise<ApplyResult>;
}
