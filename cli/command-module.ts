import type { Io } from "./io.ts";
import type { CommonOptions } from "./options.ts";

/** What a command's module exports: positional arguments and options in, exit code out. Failures are thrown. */
export interface CommandModule<Options extends CommonOptions> {
  run(io: Io, positional: readonly string[], options: Options): Promise<number>;
}
