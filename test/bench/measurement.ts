/** One figure with the limit that it is held to. Lower is better; `ok` is `value <= limit`. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly ok: boolean;
}

export function measured(name: string, value: number, unit: string, limit: number): Measurement {
  return { name, value, unit, limit, ok: value <= limit };
}

/** A named set of measurements, run one after the other so that they don't disturb each other. */
export interface Bench {
  readonly name: string;
  run(): Promise<readonly Measurement[]>;
}
