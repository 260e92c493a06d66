import * as z from "zod/mini";
import type { GitLabAnswer } from "./witness-port.ts";

const time = z.int();

/** What the ask-gitlab document answers. `null` is "not asked": there is no token, or it may not read traces. */
const resultSchema = z.object({
  traced: z.nullable(z.array(z.string())),
  rows: z.nullable(
    z.array(
      z.object({
        runner: z.int(),
        systemId: z.string(),
        createdAt: time,
        contactedAt: z.nullable(time),
        active: z.boolean(),
      }),
    ),
  ),
});

/** @returns a sentence where it isn't what this version knows */
export function gitLabAnswer(result: unknown): GitLabAnswer | { readonly why: string } {
  const parsed = resultSchema.safeParse(result);
  if (!parsed.success)
    return { why: `its answer isn't of this version: ${parsed.error.issues[0]?.path.join(".") ?? ""}` };
  const { traced, rows } = parsed.data;
  const told = rows?.map(({ runner, contactedAt, ...row }) => ({
    runnerId: runner,
    ...row,
    ...(contactedAt === null ? {} : { contactedAt }),
  }));
  return { traced: traced ?? "not-asked", ...(told === undefined ? {} : { rows: told }) };
}

/** What several managers were told together: the weakest of them decides what was not asked. */
export function together(answers: readonly GitLabAnswer[]): GitLabAnswer {
  const traced = answers.map((answer) => answer.traced);
  const names = traced.filter((one) => one !== "not-asked").flat();
  const rows = answers.map((answer) => answer.rows);
  const known = rows.filter((one) => one !== undefined).flat();
  const bySubject = new Map(known.map((row) => [`${row.runnerId}/${row.systemId}`, row]));
  return {
    traced: traced.includes("not-asked") ? "not-asked" : [...new Set(names)],
    ...(rows.includes(undefined) ? {} : { rows: [...bySubject.values()] }),
  };
}
