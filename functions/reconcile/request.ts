import * as z from "zod/mini";
import { manualFields } from "../common/request.ts";

/** `aws lambda invoke --payload '{"fleet": "acme", "force": true}'`, and what `dispatch` and one-shot schedules send. */
export const reconcileRequest = z.strictObject({
  ...manualFields,
  trigger: z.optional(z.enum(["schedule", "push", "manual", "requeue"])),
});

export type ReconcileRequest = z.infer<typeof reconcileRequest>;
