import type { Style } from "./style.ts";

/** How much a reader should worry. It is shown by a word and a colour, never by colour alone. */
export type Tone = "good" | "bad" | "warning" | "plain";

export function painted(tone: Tone, style: Style): (text: string) => string {
  return tone === "plain" ? style.faint : style[tone];
}
