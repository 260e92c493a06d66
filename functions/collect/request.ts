import * as z from "zod/mini";
import { manualFields } from "../common/request.ts";

/** `aws lambda invoke --payload '{"fleet": "acme"}'`, and what `reconcile` sends after it marked. */
export const collectRequest = z.strictObject({
  fleet: manualFields.fleet,
  requestId: manualFields.requestId,
  by: manualFields.by,
});

export type CollectRequest = z.infer<typeof collectRequest>;
