import * as z from "zod/mini";
import { fleetName, manualFields } from "../common/request.ts";

/** `{"fleet": "acme"}` plans what is in force; with `file`, a candidate that isn't pushed. */
export const planRequest = z
  .strictObject({
    fleet: z.optional(fleetName),
    force: manualFields.force,
    only: manualFields.only,
    /** The text of a fleet file: planned as if it were the newest revision. */
    file: z.optional(z.string().check(z.minLength(1), z.maxLength(1_000_000))),
    commit: z.optional(z.string().check(z.maxLength(64))),
  })
  .check(z.refine(({ fleet, file }) => file === undefined || fleet !== undefined, "a file needs the fleet's name too"));

export type PlanRequest = z.infer<typeof planRequest>;
