import type { Access } from "./hosted-service.ts";
import type { SandboxRandom } from "./random.ts";
import { ServiceError } from "./service-error.ts";
import type { Input } from "./wire/protocol.ts";

/** Milliseconds: always the same, evenly between two, or exponential around a mean (most short, some long). */
export type Latency = number | { readonly from: number; readonly to: number } | { readonly mean: number };

export type Effect =
  /** An error as AWS shapes it, by its code on the wire. Status 400 unless given. Nothing is applied. */
  | {
      readonly type: "error";
      readonly code: string;
      readonly message?: string;
      readonly status?: number;
      readonly fields?: Readonly<Record<string, string>>;
    }
  /** The service's own way to say "slow down". */
  | { readonly type: "throttle" }
  | { readonly type: "latency"; readonly milliseconds: Latency }
  /** The connection breaks before anything is applied. */
  | { readonly type: "reset" }
  /** It is applied, and the connection breaks before the answer: the caller can't tell. */
  | { readonly type: "lost" }
  /** It is applied; the connection breaks after this many bytes of the answer's body (default: half). */
  | { readonly type: "truncate"; readonly bytes?: number };

/** Which calls a fault hits, and how often. Everything that is left out matches. */
export interface FaultRule {
  readonly service?: string;
  readonly operation?: string | readonly string[];
  readonly access?: Access;
  /** Members of the input that must be as given: `{ Bucket: "acme" }`. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** In-process only. */
  readonly when?: (call: FaultCandidate) => boolean;
  /** Matches to let pass first. Default 0. */
  readonly after?: number;
  /** Times to fire. Default: always. */
  readonly times?: number;
  /** Fires at every n-th match only. Default 1. */
  readonly every?: number;
  /** Chance of each match to fire, 0 to 1. Default 1. */
  readonly probability?: number;
  readonly effect: Effect;
}

export interface FaultCandidate {
  readonly service: string;
  readonly operation: string;
  readonly access: Access;
  readonly input: Input;
}

export interface FaultFired {
  readonly rule: number;
  readonly call: number;
  readonly service: string;
  readonly operation: string;
  readonly effect: Effect["type"];
}

/** What a call meets: the sum of all delays, and the first other effect. */
export interface Verdict {
  readonly delay: number;
  readonly effect: Exclude<Effect, { readonly type: "latency" }> | undefined;
}

const clear: Verdict = { delay: 0, effect: undefined };

/** Rules by which calls go wrong. Rules are asked in the order they were added. */
export class Faults {
  readonly #random: SandboxRandom;
  #rules: { readonly id: number; readonly rule: FaultRule; matches: number; fired: number }[] = [];
  #nextId = 1;
  #fired: FaultFired[] = [];

  constructor(random: SandboxRandom) {
    this.#random = random;
  }

  /** @returns the rule's number, for {@link remove} */
  add(rule: FaultRule): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#rules.push({ id, rule, matches: 0, fired: 0 });
    return id;
  }

  remove(id: number): void {
    this.#rules = this.#rules.filter((entry) => entry.id !== id);
  }

  /** Takes away all rules; what has fired is kept. */
  clear(): void {
    this.#rules = [];
  }

  rules(): readonly {
    readonly id: number;
    readonly rule: FaultRule;
    readonly matches: number;
    readonly fired: number;
  }[] {
    return this.#rules;
  }

  fired(): readonly FaultFired[] {
    return this.#fired;
  }

  judge(call: FaultCandidate, number: number): Verdict {
    if (this.#rules.length === 0) return clear;
    let delay = 0;
    let effect: Verdict["effect"];
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (effect !== undefined && rule.effect.type !== "latency") continue;
      if (!matches(rule, call)) continue;
      entry.matches += 1;
      const turn = entry.matches - (rule.after ?? 0);
      if (turn <= 0 || (turn - 1) % (rule.every ?? 1) !== 0) continue;
      if (rule.times !== undefined && entry.fired >= rule.times) continue;
      if (rule.probability !== undefined && this.#random.next() >= rule.probability) continue;
      entry.fired += 1;
      const { service, operation } = call;
      this.#fired.push({ rule: entry.id, call: number, service, operation, effect: rule.effect.type });
      if (rule.effect.type === "latency") delay += drawLatency(rule.effect.milliseconds, this.#random);
      else effect = rule.effect;
    }
    return { delay, effect };
  }
}

function matches(rule: FaultRule, call: FaultCandidate): boolean {
  if (rule.service !== undefined && rule.service !== call.service) return false;
  if (rule.access !== undefined && rule.access !== call.access) return false;
  const { operation } = rule;
  if (typeof operation === "string" && operation !== call.operation) return false;
  if (Array.isArray(operation) && !operation.includes(call.operation)) return false;
  if (rule.input !== undefined && !within(rule.input, call.input)) return false;
  return rule.when === undefined || rule.when(call);
}

/** Whether everything in `part` is in `whole` too. */
function within(part: unknown, whole: unknown): boolean {
  if (typeof part !== "object" || part === null) return part === whole;
  if (typeof whole !== "object" || whole === null) return false;
  const record = whole as Readonly<Record<string, unknown>>;
  return Object.entries(part).every(([key, value]) => within(value, record[key]));
}

export function drawLatency(latency: Latency, random: SandboxRandom): number {
  if (typeof latency === "number") return latency;
  if ("mean" in latency) return -Math.log(1 - random.next()) * latency.mean;
  return latency.from + random.next() * (latency.to - latency.from);
}

export function errorOf(effect: Effect & { readonly type: "error" }): ServiceError {
  return new ServiceError(effect.code, effect.message ?? `Injected ${effect.code}.`, {
    ...(effect.status === undefined ? {} : { status: effect.status }),
    ...(effect.fields === undefined ? {} : { fields: effect.fields }),
  });
}
