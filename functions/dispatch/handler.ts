import { type FunctionProcess, lambdaProcess } from "../common/function-process.ts";
import { functionHandler, type Handler } from "../common/handler.ts";
import type { Dispatched } from "./dispatch.ts";
import { dispatchEvent } from "./event.ts";

/** Ticks, pushes and people: each becomes one asynchronous reconcile a fleet. */
export function dispatchHandler(process: FunctionProcess): Handler<Dispatched> {
  return functionHandler({
    name: "dispatch",
    process,
    request: dispatchEvent,
    work: async (event, invocation) => (await import("./dispatch.ts")).dispatch(event, invocation),
  });
}

export const handler = dispatchHandler(lambdaProcess());
