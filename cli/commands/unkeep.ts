import type { Io } from "../io.ts";
import { setKeep } from "../keep.ts";
import type { CommonOptions } from "../options.ts";

/** `unkeep ID`: collection judges the machine like any other again. */
export function run(io: Io, [id = ""]: readonly string[], options: CommonOptions): Promise<number> {
  return setKeep(io, id, false, options);
}
