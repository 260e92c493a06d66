import type { RunRecord } from "../../shared/engine/record.ts";
import { type FunctionProcess, lambdaProcess } from "../common/function-process.ts";
import { functionHandler, type Handler } from "../common/handler.ts";
import { reconcileRequest } from "./request.ts";

/** Makes a fleet what its file says: one run, whose record is the answer. */
export function reconcileHandler(process: FunctionProcess): Handler<RunRecord> {
  return functionHandler({
    name: "reconcile",
    process,
    request: reconcileRequest,
    // Loaded by the first invocation: clients and parsers are nearly all of a cold start.
    work: async (request, invocation) => (await import("./reconcile.ts")).reconcile(request, invocation),
  });
}

export const handler = reconcileHandler(lambdaProcess());
