import type { Io } from "../io.ts";
import { setKeep } from "../keep.ts";
import type { CommonOptions } from "../options.ts";

/** `keep ID`: collection leaves the machine alone. */
export function run(io: Io, [id = ""]: readonly string[], options: CommonOptions): Promise<number> {
  return setKeep(io, id, true, options);
}
