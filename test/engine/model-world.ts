import { digest } from "../../shared/engine/digest.ts";
import type { Engine } from "../../shared/engine/engine.ts";
import type { RunEvent } from "../../shared/engine/event.ts";
import { defaultLimits, type Limits } from "../../shared/engine/limits.ts";
import { type Preview, type PreviewRequest, preview } from "../../shared/engine/preview.ts";
import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import { run } from "../../shared/engine/run.ts";
import type { Revision } from "../../shared/engine/state-port.ts";
import { ModelClock } from "./model-clock.ts";
import {
  type ModelFleet,
  type ModelKind,
  type ModelReaders,
  type ModelWorldState,
  type ModelWriters,
  modelKind,
  readersOf,
  type Thing,
  writersOf,
} from "./model-kind.ts";
import { type Call, ModelProcess, type ProcessOptions } from "./model-process.ts";
import { ModelStore, portsOf } from "./model-store.ts";

export interface RunOptions extends ProcessOptions {
  readonly request?: Partial<RunRequest>;
  /** Epoch milliseconds. */
  readonly limit?: number;
}

export interface RunResult {
  /** Undefined where the process died. */
  readonly record: RunRecord | undefined;
  readonly calls: readonly Call[];
}

/** A world of things of four kinds, a store beside it, and processes that reconcile the one by the other. */
export class ModelWorld {
  readonly clock = new ModelClock();
  readonly store = new ModelStore();
  readonly state: ModelWorldState = { things: new Map(), made: 0, afterWrite: undefined, writes: [] };
  readonly events: RunEvent[] = [];
  readonly limits: Limits;
  /** Names of the kinds that this version has, in the order of `after`. */
  kinds: readonly ModelKind[];
  #runs = 0;
  #random = 0.5;

  constructor(limits: Partial<Limits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.kinds = [
      modelKind(this.state, "net", []),
      modelKind(this.state, "disk", []),
      modelKind(this.state, "host", ["net", "disk"]),
      modelKind(this.state, "app", ["host"]),
    ];
  }

  push(fleet: ModelFleet | string, sequence?: number): Revision {
    const body = typeof fleet === "string" ? fleet : JSON.stringify(fleet);
    this.store.newest = {
      sequence: sequence ?? (this.store.newest?.sequence ?? 0) + 1,
      commit: "c0ffee",
      digest: digest(body),
      body,
      pushedAt: this.clock.now(),
    };
    return this.store.newest;
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    this.#runs += 1;
    const process = new ModelProcess(options);
    const request: RunRequest = {
      requestId: `run-${this.#runs}`,
      trigger: "schedule",
      force: false,
      ...options.request,
    };
    const ended = await Promise.race([run(this.engine(process), "model", request, options.limit), process.died]);
    return { record: ended === "died" ? undefined : ended, calls: process.calls };
  }

  async preview(request: PreviewRequest = {}): Promise<Preview & { readonly calls: readonly Call[] }> {
    const process = new ModelProcess();
    const engine = this.engine(process);
    const result = await preview(engine, "model", await engine.store.load("model"), request);
    return { ...result, calls: process.calls };
  }

  thing(key: string): Thing | undefined {
    return this.state.things.get(key);
  }

  /** As a person or another program would, past the engine. */
  meddle(key: string, change: Partial<Thing>): void {
    const before = this.state.things.get(key);
    if (before !== undefined) this.state.things.set(key, { ...before, ...change });
  }

  engine(process: ModelProcess): Engine<ModelFleet, ModelReaders, ModelWriters> {
    return {
      kinds: this.kinds,
      readers: readersOf(this.state, process),
      writers: (lease) => writersOf(this.state, process, () => lease.assertHeld()),
      ...portsOf(this.store, process, this.clock),
      desired: {
        interpret(revision, name) {
          let fleet: ModelFleet;
          try {
            fleet = JSON.parse(revision.body) as ModelFleet;
          } catch {
            return { valid: false, problems: ["1:1: not a fleet"] };
          }
          return fleet.name === name ? { valid: true, fleet } : { valid: false, problems: ["name: another fleet"] };
        },
        policy: (fleet) => ({
          mode: fleet.mode,
          ...(fleet.suspend === undefined ? {} : { suspend: fleet.suspend }),
          window: fleet.windowOpen === false ? { open: false } : { open: true },
        }),
        declaredKinds: (fleet) => Object.keys(fleet.kinds),
      },
      limits: this.limits,
      random: () => {
        this.#random = (this.#random * 9301 + 0.2113248654) % 1;
        return this.#random;
      },
      clock: this.clock,
      events: { emit: (event) => this.events.push(event) },
    };
  }
}

/** A file with every sort of dependency. */
export const sampleFleet: ModelFleet = {
  name: "model",
  mode: "Enforce",
  kinds: {
    net: { a: { size: 1 }, b: { size: 2 } },
    disk: { data: { size: 10 } },
    host: { main: { size: 4, uses: "net/a" }, spare: { size: 4, uses: "net/b" } },
    app: { web: { size: 1, uses: "host/main" } },
  },
};
