import * as z from "zod/mini";
import type { LeaseNote } from "../engine/lease.ts";
import type { Format } from "./format.ts";

/** The lease as stored. It stays when it is given back, so that its epoch and its notes do. */
export interface LeaseObject {
  readonly epoch: number;
  readonly incarnation: string;
  /** Missing: free. `since` in epoch milliseconds of the store's time. */
  readonly holder?: { readonly name: string; readonly requestId: string; readonly since: number };
  /** Epoch milliseconds of the store's time, no margins taken off. */
  readonly expiresAt: number;
  readonly notes: readonly LeaseNote[];
}

export const leaseFormat: Format<LeaseObject> = {
  name: "Lease",
  version: 1,
  shape: z.looseObject({
    epoch: z.int().check(z.minimum(1)),
    incarnation: z.string().check(z.minLength(1)),
    holder: z.optional(z.looseObject({ name: z.string(), requestId: z.string(), since: z.number() })),
    expiresAt: z.number(),
    notes: z.array(
      z.looseObject({
        requestId: z.string(),
        trigger: z.string(),
        force: z.boolean(),
        at: z.number(),
        only: z.optional(z.array(z.string())),
        approve: z.optional(z.array(z.string())),
        by: z.optional(z.string()),
      }),
    ),
  }),
};
