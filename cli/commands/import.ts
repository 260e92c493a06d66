import { stringify } from "yaml";
import { Failure } from "../../shared/engine/failure.ts";
import { importConfig } from "../../shared/resources/runner/import-config.ts";
import { parseToml } from "../../shared/resources/runner/toml.ts";
import { readFleetFile } from "../fleet-file.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";

/** `import CONFIG.TOML`: the `runners` part of a fleet file on stdout, what was left out or changed on stderr. */
export async function run(io: Io, [file = "config.toml"]: readonly string[], options: CommonOptions): Promise<number> {
  const { runners, notes } = importConfig(await tomlOf(file, io));
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, runners, notes }, null, 2)}\n`);
    return 0;
  }
  io.stdout.write(stringify({ runners }, { lineWidth: 120 }));
  for (const note of notes) io.stderr.write(`${note.kind}: ${note.path}: ${note.message}\n`);
  return 0;
}

/** The parser's own message quotes the line, which may hold the token: only its place is told. */
async function tomlOf(file: string, io: Io) {
  const { text } = await readFleetFile(file, io.cwd);
  try {
    return parseToml(text);
  } catch (error) {
    const place =
      error instanceof Error && "line" in error && "column" in error
        ? ` at line ${error.line}, column ${error.column}`
        : "";
    throw new Failure({
      code: "NotToml",
      class: "terminal",
      message: `${file} isn't TOML${place}`,
      hint: "the runner doesn't load it either",
    });
  }
}
