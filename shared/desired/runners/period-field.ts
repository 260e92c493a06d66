/** In the order in which cronexpr has them. */
export const cronFields = ["second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek", "year"] as const;
export type CronField = (typeof cronFields)[number];

export interface ParsedField {
  readonly spelled: string;
  readonly values: ReadonlySet<number>;
  /** False where `*` or `?` stands in it: for days, the other kind of day then decides alone. */
  readonly restricted: boolean;
  /** Day of month `L`, `LW`, `15W`. */
  readonly last: boolean;
  readonly lastWorkday: boolean;
  readonly workdays: ReadonlySet<number>;
  /** Day of week `5L`, and `5#3` as week of the month from 0 times 7 plus the weekday. */
  readonly lastOfMonth: ReadonlySet<number>;
  readonly nthOfMonth: ReadonlySet<number>;
  readonly leadingZero: boolean;
}

interface Descriptor {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  /** What stands for one value, in lower case. */
  readonly value: string;
  readonly names: readonly string[];
  /** The number that the first name stands for. */
  readonly firstName: number;
}

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const sixty = { min: 0, max: 59, value: "0?[0-9]|[1-5][0-9]", names: [], firstName: 0 };
const names = (all: readonly string[]) => all.flatMap((name) => [name.slice(0, 3), name]).join("|");
const descriptors: Readonly<Record<CronField, Descriptor>> = {
  second: { title: "second", ...sixty },
  minute: { title: "minute", ...sixty },
  hour: { title: "hour", min: 0, max: 23, value: "0?[0-9]|1[0-9]|2[0-3]", names: [], firstName: 0 },
  dayOfMonth: { title: "day of month", min: 1, max: 31, value: "0?[1-9]|[12][0-9]|3[01]", names: [], firstName: 0 },
  month: { title: "month", min: 1, max: 12, value: `0?[1-9]|1[012]|${names(months)}`, names: months, firstName: 1 },
  dayOfWeek: { title: "weekday", min: 0, max: 6, value: `0?[0-7]|${names(weekdays)}`, names: weekdays, firstName: 0 },
  year: { title: "year", min: 1970, max: 2099, value: "19[789][0-9]|20[0-9]{2}", names: [], firstName: 0 },
};

/**
 * One field as the runner's library reads it, oddities included: a range that runs backwards holds nothing, and a month or
 * weekday with a leading zero counts as 0.
 *
 * @param unix the dialect of autoscaler policies: Sunday may end a range as 7 or by name, and there is no `L`, `W` or `#`
 */
export function parseField(
  name: CronField,
  spelled: string,
  unix: boolean,
): { readonly ok: true; readonly field: ParsedField } | { readonly ok: false; readonly message: string } {
  const descriptor = descriptors[name];
  const reader = new FieldReader(name, descriptor, unix);
  const directives = spelled
    .toLowerCase()
    .split(",")
    .filter((directive) => directive !== "");
  if (directives.length === 0) return { ok: false, message: `nothing stands in the ${descriptor.title} field` };
  for (const directive of directives) {
    const trouble = reader.read(directive);
    if (trouble !== undefined) return { ok: false, message: trouble };
  }
  return { ok: true, field: reader.field(spelled) };
}

class FieldReader {
  readonly #name: CronField;
  readonly #descriptor: Descriptor;
  readonly #unix: boolean;
  readonly #values = new Set<number>();
  readonly #workdays = new Set<number>();
  readonly #lastOfMonth = new Set<number>();
  readonly #nthOfMonth = new Set<number>();
  #restricted = true;
  #last = false;
  #lastWorkday = false;
  #leadingZero = false;

  constructor(name: CronField, descriptor: Descriptor, unix: boolean) {
    this.#name = name;
    this.#descriptor = descriptor;
    this.#unix = unix;
  }

  /** Answers what is wrong with it, if anything is. */
  read(directive: string): string | undefined {
    const { min, max, value, title } = this.#descriptor;
    if (directive === "*" || directive === "?") {
      this.#restricted = false;
      this.#span(min, max, 1);
      return undefined;
    }
    const [, first, last, step] =
      new RegExp(`^(\\*|(?:${value}))(?:-((?:${value})))?(?:/(\\d+))?$`).exec(directive) ?? [];
    if (first !== undefined && !(first === "*" && last !== undefined)) {
      const interval = step === undefined ? 1 : Number(step);
      if (interval < 1 || interval > max || (interval > 59 && interval < 1970))
        return `the interval of ${directive} is out of range`;
      const from = first === "*" ? min : this.#number(first);
      const to = last !== undefined ? this.#end(last, from) : first === "*" || step !== undefined ? max : from;
      this.#span(from, to, interval);
      return undefined;
    }
    return this.#special(directive) ? undefined : `${JSON.stringify(directive)} is no ${title}`;
  }

  #special(directive: string): boolean {
    if (this.#unix) return false;
    const { value } = this.#descriptor;
    if (this.#name === "dayOfMonth") {
      const [, workday] = new RegExp(`^(${value})w$`).exec(directive) ?? [];
      if (directive === "l") this.#last = true;
      else if (directive === "lw") this.#lastWorkday = true;
      else if (workday !== undefined) this.#workdays.add(this.#number(workday));
      else return false;
      return true;
    }
    if (this.#name !== "dayOfWeek") return false;
    const [, last] = new RegExp(`^(${value})l$`).exec(directive) ?? [];
    const [, weekday, nth] = new RegExp(`^(${value})#([1-5])$`).exec(directive) ?? [];
    if (last !== undefined) this.#lastOfMonth.add(this.#number(last));
    else if (weekday !== undefined) this.#nthOfMonth.add((Number(nth) - 1) * 7 + this.#number(weekday));
    else return false;
    return true;
  }

  #span(from: number, to: number, step: number): void {
    for (let value = from; value <= to; value += step) {
      this.#values.add(this.#name === "dayOfWeek" ? value % 7 : value);
    }
  }

  /** The end of a range; only the policies' dialect lets a week end on Sunday. */
  #end(text: string, from: number): number {
    const end = this.#number(text);
    return this.#unix && this.#name === "dayOfWeek" && end === 0 && from > 0 ? 7 : end;
  }

  #number(text: string): number {
    const named = this.#descriptor.names.findIndex((name) => name === text || name.slice(0, 3) === text);
    if (named >= 0) return named + this.#descriptor.firstName;
    const number = this.#name === "dayOfWeek" ? Number(text) % 7 : Number(text);
    if (this.#descriptor.names.length > 0 && /^0\d/.test(text) && !this.#unix) {
      this.#leadingZero = true;
      return 0;
    }
    return number;
  }

  field(spelled: string): ParsedField {
    return {
      spelled,
      values: this.#values,
      restricted: this.#restricted,
      last: this.#last,
      lastWorkday: this.#lastWorkday,
      workdays: this.#workdays,
      lastOfMonth: this.#lastOfMonth,
      nthOfMonth: this.#nthOfMonth,
      leadingZero: this.#leadingZero,
    };
  }
}
