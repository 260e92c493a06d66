import type { Json } from "../engine/json.ts";

const longest = 160;

/** A value on one line, as short as it stays unambiguous: bare words where they can't be mistaken, JSON otherwise. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return "(absent)";
  if (typeof value === "string" && /^[\w@%+=:,./*-]+$/.test(value)) return value;
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
