import * as z from "zod/mini";
import type { ManagerAnswer } from "./witness-port.ts";

/** What the list-machines document answers. `null` is "could not be told". */
const resultSchema = z.object({
  machines: z.nullable(
    z.object({
      instance: z.string(),
      path: z.string(),
      mount: z.string(),
      sentinel: z.nullable(z.object({ volume: z.string(), generation: z.int() })),
      machines: z.array(
        z.object({ name: z.string(), instanceId: z.optional(z.string()), broken: z.optional(z.boolean()) }),
      ),
      count: z.int(),
      hash: z.string(),
    }),
  ),
  runner: z.optional(z.nullable(z.boolean())),
  processes: z.nullable(z.array(z.string())),
  sections: z.nullable(z.array(z.string())),
  systemId: z.nullable(z.string()),
});

/**
 * A list-machines result, whose end mark, length, hash and nonce were checked when it was read, as a manager's answer; a
 * sentence where the disk or the processes could not be told: half an answer is silence.
 */
export function managerAnswer(result: unknown, nonce: string): ManagerAnswer | { readonly why: string } {
  const parsed = resultSchema.safeParse(result);
  if (!parsed.success)
    return { why: `its answer isn't of this version: ${parsed.error.issues[0]?.path.join(".") ?? ""}` };
  const { machines, processes, sections, systemId, runner } = parsed.data;
  if (machines === null) return { why: "its machines directory can't be read" };
  if (processes === null) return { why: "its processes can't be told" };
  const { sentinel, machines: directories, ...reading } = machines;
  return {
    ...reading,
    nonce,
    ended: true,
    machines: directories.map(({ name, instanceId, broken }) => ({
      name,
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(broken === true ? { broken } : {}),
    })),
    processes,
    ...(sentinel === null ? {} : { sentinel }),
    ...(sections === null ? {} : { sections }),
    ...(runner === false ? { runnerAbsent: true as const } : {}),
    ...(systemId === null ? {} : { systemId }),
  };
}
