/** The sandbox's time. Epoch milliseconds; durations in milliseconds. */
export interface SandboxClock {
  now(): number;
  /** Resolves once `now()` has moved on by at least this much. */
  sleep(milliseconds: number): Promise<void>;
  /** Moves time on at once; sleepers that fall due wake in order. */
  advance(milliseconds: number): Promise<void>;
}

/**
 * Real time plus whatever was advanced by hand.
 * @param source epoch milliseconds, given by the composition root
 */
export function wallClock(source: () => number): SandboxClock {
  let offset = 0;
  const due = new Set<() => void>();
  return {
    now: () => source() + offset,
    sleep(milliseconds) {
      const until = source() + offset + milliseconds;
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const check = () => {
          clearTimeout(timer);
          const left = until - (source() + offset);
          if (left <= 0) {
            due.delete(check);
            resolve();
          } else {
            timer = setTimeout(check, Math.min(left, 2 ** 30));
          }
        };
        due.add(check);
        check();
      });
    },
    async advance(milliseconds) {
      offset += milliseconds;
      for (const check of [...due]) check();
    },
  };
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * Time that passes only while everybody waits: when nothing is left to do but sleep, it jumps to the next sleeper.
 * Calls made side by side overlap, so the time a run takes is its critical path, without waiting for any of it.
 */
export class VirtualClock implements SandboxClock {
  #now: number;
  #order = 0;
  #sleepers: Sleeper[] = [];
  #watching = false;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      this.#order += 1;
      this.#sleepers.push({ at: this.#now + Math.max(0, milliseconds), order: this.#order, wake });
      this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order);
      if (!this.#watching) {
        this.#watching = true;
        this.#watch();
      }
    });
  }

  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (;;) {
      const next = this.#sleepers[0];
      if (next === undefined || next.at > until) break;
      this.#wakeNext();
      await idle();
    }
    this.#now = Math.max(this.#now, until);
  }

  #watch(): void {
    void idle().then(() => {
      this.#wakeNext();
      if (this.#sleepers.length === 0) this.#watching = false;
      else this.#watch();
    });
  }

  /** Wakes everybody who is due at the next instant. */
  #wakeNext(): void {
    const next = this.#sleepers[0];
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.at);
    const late = this.#sleepers.findIndex((sleeper) => sleeper.at > this.#now);
    for (const sleeper of this.#sleepers.splice(0, late < 0 ? this.#sleepers.length : late)) sleeper.wake();
  }
}

/**
 * Resolves once all work that needs no waiting is done. Promises and streams settle before an immediate fires; a few
 * rounds let work that itself uses immediates (stream ends) finish too.
 */
async function idle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
