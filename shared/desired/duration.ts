import * as z from "zod/mini";

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const shape = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;

/** `1h30m` as milliseconds; undefined where it isn't a duration. Units d (24 hours), h, m, s, largest first, each once. */
export function parseDuration(text: string): number | undefined {
  const parts = shape.exec(text);
  if (parts === null || text === "") return undefined;
  return ["d", "h", "m", "s"].reduce(
    (sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * (unitsMs[unit] ?? 0),
    0,
  );
}

/** Milliseconds in the shortest form that {@link parseDuration} reads back: `5400000` is `1h30m`, `0` is `0s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds / 1000) * 1000;
  let text = "";
  for (const unit of ["d", "h", "m", "s"]) {
    const size = unitsMs[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}

/** In the file `15m`, `1h30m`, `7d`; in the fleet milliseconds. Limits are inclusive and written as in the file. */
export function duration(limits: { readonly min?: string; readonly max?: string } = {}) {
  const min = limits.min === undefined ? 0 : (parseDuration(limits.min) ?? 0);
  const max = limits.max === undefined ? Number.MAX_SAFE_INTEGER : (parseDuration(limits.max) ?? 0);
  return z.pipe(
    z.string({ error: "a duration with its unit, such as 90s, 15m, 1h30m or 7d" }).check(
      z.regex(/^(?=.)(?:\d{1,9}d)?(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?$/, {
        error: "a duration with its unit, such as 90s, 15m, 1h30m or 7d",
        abort: true,
      }),
      z.refine((text) => (parseDuration(text) ?? -1) >= min, { error: `at least ${limits.min ?? "0s"}`, abort: true }),
      z.refine((text) => (parseDuration(text) ?? -1) <= max, { error: `at most ${limits.max ?? ""}`, abort: true }),
    ),
    z.transform((text: string) => parseDuration(text) ?? 0),
  );
}
