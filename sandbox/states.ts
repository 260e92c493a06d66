import type { StateKey } from "./service.ts";

/** Every service's state, as plain JSON that can be kept and read back. */
export class States {
  #all: Record<string, object>;

  constructor(all: Record<string, object> = {}) {
    this.#all = all;
  }

  get<State extends object>(key: StateKey<State>, region: string): State {
    const name = key.global === true ? key.name : `${key.name}/${region}`;
    const known = this.#all[name];
    // Written by this very key's `initial`, or read back from a snapshot of it.
    if (known !== undefined) return known as State;
    const made = key.initial();
    this.#all[name] = made;
    return made;
  }

  /** All of it, by `service` or `service/region`. */
  dump(): Readonly<Record<string, object>> {
    return this.#all;
  }

  restore(all: Record<string, object>): void {
    this.#all = all;
  }
}
