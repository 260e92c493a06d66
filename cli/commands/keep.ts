import type { Io } from "../io.ts";
import { type KeepOptions, setKeep } from "../keep.ts";

/** `keep ID`: collection leaves the machine alone. */
export function run(io: Io, [id = ""]: readonly string[], options: KeepOptions): Promise<number> {
  return setKeep(io, id, true, options);
}
