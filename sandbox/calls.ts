import type { Access } from "./hosted-service.ts";
import type { Caller } from "./service.ts";
import type { Input } from "./wire/protocol.ts";

/** One call that reached the sandbox. Times are the sandbox's, in epoch milliseconds. */
export interface Call {
  /** Rising from 1. */
  readonly number: number;
  readonly service: string;
  readonly operation: string;
  readonly access: Access;
  readonly input: Input;
  readonly caller: Caller | undefined;
  readonly region: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** HTTP status; undefined while under way, or where the answer was lost. */
  status: number | undefined;
  /** The error's code on the wire, `ConnectionReset` where the connection broke. */
  error: string | undefined;
  /** Members of the input that a successful call never looked at: what was asked for there isn't modelled. */
  overlooked: readonly string[];
}

/** What was called, in order, the oldest dropped beyond a limit. */
export class CallLog {
  readonly #limit: number;
  #calls: Call[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many calls there ever were, dropped ones too. */
  get count(): number {
    return this.#count;
  }

  start(call: Omit<Call, "number" | "endedAt" | "status" | "error" | "overlooked">): Call {
    this.#count += 1;
    const number = this.#count;
    const entry: Call = { ...call, number, endedAt: undefined, status: undefined, error: undefined, overlooked: [] };
    this.#calls.push(entry);
    if (this.#calls.length > this.#limit * 2) this.#calls = this.#calls.slice(-this.#limit);
    return entry;
  }

  all(): readonly Call[] {
    return this.#calls.slice(-this.#limit);
  }

  reads(): readonly Call[] {
    return this.all().filter((call) => call.access === "read");
  }

  /** Calls of operations that write, whether they succeeded or not. */
  writes(): readonly Call[] {
    return this.all().filter((call) => call.access === "write");
  }

  /** What callers asked for and the sandbox doesn't model, each once: `s3 PutObject ObjectLockMode`. */
  overlooked(): readonly string[] {
    const names = this.all().flatMap((call) =>
      call.overlooked.map((member) => `${call.service} ${call.operation} ${member}`),
    );
    return [...new Set(names)].sort();
  }

  clear(): void {
    this.#calls = [];
  }
}
