import { type FunctionProcess, lambdaProcess } from "../common/function-process.ts";
import { functionHandler, type Handler } from "../common/handler.ts";
import type { PlanAnswer } from "./plan.ts";
import { planRequest } from "./request.ts";

/** What a reconcile would do, for pipelines and people. Its role may read only. */
export function planHandler(process: FunctionProcess): Handler<PlanAnswer> {
  return functionHandler({
    name: "plan",
    process,
    request: planRequest,
    work: async (request, invocation) => (await import("./plan.ts")).plan(request, invocation),
  });
}

export const handler = planHandler(lambdaProcess());
