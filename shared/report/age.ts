const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span of milliseconds in its two largest units, as Kubernetes shows ages: `45s`, `3m10s`, `5h12m`, `2d4h`. */
export function age(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < minute) return `${Math.floor(span / second)}s`;
  if (span < hour) return pair(span, minute, "m", second, "s");
  if (span < day) return pair(span, hour, "h", minute, "m");
  return pair(span, day, "d", hour, "h");
}

function pair(span: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)}${largeUnit}${rest === 0 ? "" : `${rest}${smallUnit}`}`;
}

/** An instant in UTC to the second: `2026-11-24 03:10:00Z`. */
export function instant(epochMilliseconds: number): string {
  return new Date(epochMilliseconds)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}
