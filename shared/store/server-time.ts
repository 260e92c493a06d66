import type { TimeSpan } from "./object-store.ts";

/**
 * This machine's clocks, both in milliseconds. The monotonic one stands still while a laptop sleeps, the wall clock may be
 * set back: of what has passed, the longer and the shorter of the two are each right for somebody.
 */
export interface LocalClocks {
  monotonic(): number;
  wall(): number;
}

interface Reading {
  readonly monotonic: number;
  readonly wall: number;
}

/** The time of a server that sends `Date` headers, of a resolution of one second, as an instant between two. */
export class ServerTime {
  readonly #clocks: LocalClocks;
  #last: { readonly date: number; readonly sent: Reading; readonly received: Reading } | undefined;

  constructor(clocks: LocalClocks) {
    this.#clocks = clocks;
  }

  /** To be called right before a request is sent; its answer belongs into {@link received}. */
  sending(): Reading {
    return { monotonic: this.#clocks.monotonic(), wall: this.#clocks.wall() };
  }

  /** @param date the answer's `Date` header; without one, or with a strange one, nothing is learnt */
  received(date: string | undefined, sent: Reading): void {
    const milliseconds = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(milliseconds)) return;
    this.#last = { date: milliseconds, sent, received: this.sending() };
  }

  /** The header was written after the request was sent and before its answer came, up to a second after what it says. */
  now(): TimeSpan | undefined {
    if (this.#last === undefined) return undefined;
    const { date, sent, received } = this.#last;
    const here = this.sending();
    const least = Math.min(here.monotonic - received.monotonic, here.wall - received.wall);
    const most = Math.max(here.monotonic - sent.monotonic, here.wall - sent.wall);
    return { earliest: date + Math.max(0, least), latest: date + 1000 + most };
  }
}
