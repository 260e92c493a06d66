/** Seeded randomness: the same seed and the same calls give the same ids, so that a failing run can be played again. */
export interface SandboxRandom {
  /** At least 0, below 1. */
  next(): number;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Capital letters and digits, as in IAM's unique ids. */
  base32(length: number): string;
  uuid(): string;
  /** An id as EC2 makes them: `i-` and 17 hexadecimal digits. */
  id(prefix: string): string;
}

/** What is kept of the randomness in a snapshot. */
export interface RandomState {
  seed: number;
}

/** Mulberry32. Its whole state is one 32-bit number in `state`, which is read and written in place. */
export function seededRandom(state: RandomState): SandboxRandom {
  const next = () => {
    state.seed = (state.seed + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state.seed ^ (state.seed >>> 15), state.seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = (alphabet: string, length: number) => {
    let text = "";
    for (let index = 0; index < length; index += 1) text += alphabet[Math.floor(next() * alphabet.length)];
    return text;
  };
  const hex = (digits: number) => pick("0123456789abcdef", digits);
  return {
    next,
    hex,
    base32: (length) => pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick("89ab", 1)}${hex(3)}-${hex(12)}`,
    id: (prefix) => `${prefix}-${hex(17)}`,
  };
}
