import type { Io } from "../io.ts";
import { type KeepOptions, setKeep } from "../keep.ts";

/** `unkeep ID`: collection judges the machine like any other again. */
export function run(io: Io, [id = ""]: readonly string[], options: KeepOptions): Promise<number> {
  return setKeep(io, id, false, options);
}
