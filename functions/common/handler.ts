import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type * as z from "zod/mini";
import { Failure } from "../../shared/engine/failure.ts";
import type { FunctionProcess } from "./function-process.ts";
import { type Invocation, invocationOf } from "./invocation.ts";
import { type Log, logTo } from "./log.ts";

export interface FunctionDefinition<Request, Answer> {
  /** As the log and the docs call it. */
  readonly name: string;
  readonly process: FunctionProcess;
  /** What it accepts; anything else is refused before anything is done. */
  readonly request: z.ZodMiniType<Request>;
  work(request: Request, invocation: Invocation): Promise<Answer>;
}

export type Handler<Answer> = (event: unknown, context: Context) => Promise<Answer>;

/**
 * A Lambda handler: parses the event, works, and lets every crash through to Lambda, so that it is counted, retried and in
 * the end kept in the dead-letter queue. The deadline is the work's own business, so middy's early timeout is off.
 */
export function functionHandler<Request, Answer>(definition: FunctionDefinition<Request, Answer>): Handler<Answer> {
  const { name, process, request } = definition;
  const log = logTo(process, { function: name });
  return middy<unknown, Answer, Error, Context>({ timeoutEarlyInMillis: 0 })
    .onError(({ error, context }) => {
      log.with({ requestId: context.awsRequestId }).write("Crashed", errorFields(error));
    })
    .handler(async (event, context) => {
      const invocation = invocationOf(process, context, log);
      return definition.work(parsed(request, event, invocation.log), invocation);
    });
}

function parsed<Request>(request: z.ZodMiniType<Request>, event: unknown, log: Log): Request {
  const result = request.safeParse(event);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  log.write("PayloadRefused", { problems });
  throw new Failure({
    code: "PayloadRefused",
    class: "terminal",
    message: `the payload is not what this function takes: ${problems.join("; ")}`,
    hint: "docs/deploy.md shows the payloads of every function.",
  });
}

function errorFields(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  const known = error instanceof Failure ? { code: error.code, class: error.class, hint: error.hint } : {};
  return { name: error.name, message, ...known, stack };
}
