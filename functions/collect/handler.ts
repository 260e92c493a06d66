import type { SweepReport } from "../../shared/reconciler/sweep-fleet.ts";
import { type FunctionProcess, lambdaProcess } from "../common/function-process.ts";
import { functionHandler, type Handler } from "../common/handler.ts";
import { collectRequest } from "./request.ts";

/** Deletes what reconciles have marked, after a look of its own. Its role can neither mark nor make anything. */
export function collectHandler(process: FunctionProcess): Handler<SweepReport> {
  return functionHandler({
    name: "collect",
    process,
    request: collectRequest,
    work: async (request, invocation) => (await import("./collect.ts")).collect(request, invocation),
  });
}

export const handler = collectHandler(lambdaProcess());
