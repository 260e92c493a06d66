import type { Clock } from "../../shared/engine/clock.ts";

/** Virtual time: sleeping is instant and moves it. */
export class ModelClock implements Clock {
  #now = Date.UTC(2026, 10, 24);

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    return Promise.resolve();
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
