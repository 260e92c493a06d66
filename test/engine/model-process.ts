import { Failure } from "../../shared/engine/failure.ts";

/** What happens to one call. `refuse`: fails, no effect. `lose`: takes effect, the answer is lost. `deny`: fails for good. */
export type Fault = "refuse" | "lose" | "deny";

/** Where a process dies: around its nth call, counted from 1. */
export interface CrashPoint {
  readonly call: number;
  readonly when: "before" | "after";
}

export interface ProcessOptions {
  readonly crash?: CrashPoint;
  /** By number of call, counted from 1. */
  readonly faults?: ReadonlyMap<number, Fault>;
  /** Decides when a call proceeds; for interleavings. */
  readonly turn?: () => Promise<unknown>;
  /** Told of each call right before it takes effect: what others do meanwhile. */
  readonly before?: (call: Call, number: number) => void;
}

/** One call as it was made. */
export interface Call {
  readonly name: string;
  readonly write: boolean;
}

/** A process that calls the world and may die at any call: then no call of it ever returns, as if the machine were gone. */
export class ModelProcess {
  readonly calls: Call[] = [];
  readonly died: Promise<"died">;
  readonly #options: ProcessOptions;
  readonly #die: (died: "died") => void;
  #alive = true;

  constructor(options: ProcessOptions = {}) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<"died">();
    this.died = promise;
    this.#die = resolve;
  }

  get alive(): boolean {
    return this.#alive;
  }

  async call<Result>(name: string, write: boolean, effect: () => Result): Promise<Result> {
    await this.#options.turn?.();
    if (!this.#alive) return await never();
    this.calls.push({ name, write });
    const number = this.calls.length;
    const { crash, faults } = this.#options;
    this.#options.before?.({ name, write }, number);
    const fault = faults?.get(number);
    if (crash?.call === number && crash.when === "before") return await this.#dies();
    if (fault === "refuse") throw new Failure({ code: "Throttled", class: "retry", message: `${name} was throttled` });
    if (fault === "deny") throw new Failure({ code: "Denied", class: "terminal", message: `${name} was denied` });
    const result = effect();
    if (crash?.call === number) return await this.#dies();
    if (fault === "lose") throw new Failure({ code: "Lost", class: "unknown", message: `no answer to ${name}` });
    return result;
  }

  #dies(): Promise<never> {
    this.#alive = false;
    this.#die("died");
    return never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
