import { jsonSchema } from "../../shared/desired/json-schema.ts";
import type { Io } from "../io.ts";

/** `schema`: the JSON Schema (2020-12) of a fleet file, for editors. */
export async function run(io: Io): Promise<number> {
  io.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
  return 0;
}
