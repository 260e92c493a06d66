import type { WallTime } from "../../desired/runners/period.ts";

const minute = 60_000;
/** Every change of offset since 1972 is at a multiple of this. */
const grain = 15 * minute;

/** A time zone's clock. `Local`, and nothing, stand for UTC: the manager's container has no other zone of its own. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError for a zone that doesn't exist; names in a file have been checked before */
  constructor(name: string | undefined) {
    this.name = name === undefined || name === "" || name === "Local" ? "UTC" : name;
    this.#format =
      this.name === "UTC"
        ? undefined
        : new Intl.DateTimeFormat("en-US", { timeZone: this.name, timeZoneName: "longOffset", year: "numeric" });
  }

  /** Milliseconds to add to UTC. */
  offsetAt(at: number): number {
    if (this.#format === undefined) return 0;
    const bucket = Math.floor(at / grain);
    const known = this.#offsets.get(bucket);
    if (known !== undefined) return known;
    const text =
      this.#format.formatToParts(bucket * grain).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    const [, sign, hours, minutes, seconds] = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text) ?? [];
    const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minute + Number(seconds ?? 0) * 1000;
    const offset = sign === "-" ? -size : size;
    this.#offsets.set(bucket, offset);
    return offset;
  }

  wallAt(at: number): WallTime {
    return wallOf(at + this.offsetAt(at));
  }

  /**
   * The instant of a time by the clock, as Go's `time.Date` chooses it: of an hour that is there twice one of the two only,
   * and which one depends on the side of Greenwich. @param wall as if it were UTC
   */
  instantOf(wall: number): number {
    const first = this.offsetAt(wall);
    if (first === 0) return wall;
    return wall - this.offsetAt(wall - first);
  }
}

/** @param at epoch milliseconds, read as if UTC were the clock */
export function wallOf(at: number): WallTime {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}
