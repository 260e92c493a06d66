import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "./json.ts";

/** SHA-256 of a value's canonical JSON, as 64 lower-case hexadecimal digits. */
export function digest(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
