import * as z from "zod/mini";
import type { Json } from "../../engine/json.ts";

/* What read-runner answers. `null` is "could not be told", but for `config`: there is no config.toml. */

const toldRunner = z.object({
  id: z.nullable(z.int()),
  /** Whether GitLab takes the token in config.toml. */
  tokenValid: z.nullable(z.boolean()),
  /** GitLab knows no runner of that id any more. */
  gone: z.boolean(),
  attributes: z.nullable(
    z.object({
      description: z.nullable(z.string()),
      tag_list: z.array(z.string()),
      run_untagged: z.boolean(),
      locked: z.boolean(),
      paused: z.boolean(),
      access_level: z.string(),
      maximum_timeout: z.nullable(z.int()),
      maintenance_note: z.nullable(z.string()),
      runner_type: z.string(),
    }),
  ),
  health: z.nullable(
    z.object({
      status: z.nullable(z.string()),
      job_execution_status: z.nullable(z.string()),
      version: z.nullable(z.string()),
    }),
  ),
  /** Only where it was asked for. */
  details: z._default(
    z.nullable(
      z.object({
        online: z.nullable(z.boolean()),
        contacted_at: z.nullable(z.string()),
        /** Running ones. */
        jobs: z.int(),
        managers: z.nullable(
          z.array(
            z.object({
              system_id: z.string(),
              version: z.nullable(z.string()),
              status: z.nullable(z.string()),
              job_execution_status: z.nullable(z.string()),
              contacted_at: z.nullable(z.string()),
            }),
          ),
        ),
      }),
    ),
    null,
  ),
});

const readingSchema = z.object({
  config: z.nullable(z.object({ digest: z.string(), mode: z.string(), toml: z.string() })),
  /** The template with its secrets put in, disclosed as the live file is: what its digests should be. */
  expected: z.nullable(z.string()),
  /** Why there is no `expected`. */
  why: z.nullable(z.string()),
  /** Ids that GitLab gave, by section. */
  ids: z.record(z.string(), z.int()),
  /** Sections whose registration began and did not end. */
  registering: z.array(z.string()),
  /** Sections whose token was asked to be made anew, and hasn't been yet. */
  rotating: z.array(z.string()),
  /** What sections still have that are on their way to nothing. */
  pending: z.record(z.string(), z.object({ jobs: z.int(), machines: z.int() })),
  metrics: z.nullable(z.object({ version: z.nullable(z.string()), loaded: z.int(), errors: z.int() })),
  gitlab: z.object({
    apiToken: z.enum(["given", "missing", "expired", "expiring", "refused", "valid"]),
    /** Why GitLab told nothing. */
    why: z.nullable(z.string()),
    /** By section; those with a token alone. */
    runners: z.record(z.string(), toldRunner),
  }),
});

export type Reading = z.infer<typeof readingSchema>;
export type ToldRunner = z.infer<typeof toldRunner>;

/** @returns a sentence where it isn't what this version knows */
export function readReading(result: Json): Reading | { readonly unreadable: string } {
  const parsed = readingSchema.safeParse(result);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return { unreadable: `what the host told of its runners isn't of this version: ${issue?.path.join(".")}` };
}
