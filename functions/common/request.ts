import * as z from "zod/mini";
import { fleetNameShape } from "../../shared/desired/names.ts";

export const fleetName = z.string().check(z.regex(fleetNameShape, "must be a fleet's name"));
const requestId = z.string().check(z.minLength(1), z.maxLength(128));
const kindNames = z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.minLength(1), z.maxLength(32));

/** What everybody who invokes a function by hand may say. Unknown members are refused, so that a typo can't pass. */
export const manualFields = {
  /** Left out: the only fleet there is (reconcile, plan), every fleet (dispatch). */
  fleet: z.optional(fleetName),
  /** Skips back-off and maintenance windows. */
  force: z.optional(z.boolean()),
  /** Only these kinds are acted on. */
  only: z.optional(kindNames),
  /** Comes back in the record and, after a forced run, in the status. Default: Lambda's id of the invocation. */
  requestId: z.optional(requestId),
  /** Who asks, for the record. */
  by: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
};
