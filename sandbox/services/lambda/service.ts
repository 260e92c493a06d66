import * as client from "@aws-sdk/client-lambda";
import { defineService, type InputOf, type OutputOf, type Service, type ServiceContext } from "../../service.ts";
import { ServiceError } from "../../service-error.ts";
import { enqueue, type FunctionCode } from "./delivery.ts";
import { LAMBDA_STATE, type LambdaState } from "./state.ts";

/**
 * Lambda, as far as invoking goes. Which functions there are is seeded into its state; what they do is handed in, since code
 * isn't state.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function lambdaService(codeOf?: (name: string) => FunctionCode): Service {
  return defineService<typeof client>()({
    name: "lambda",
    protocol: "restJson1",
    client,
    state: LAMBDA_STATE,
    operations: { Invoke: (input, context) => invoke(input, context, codeOf) },
    throttle: { code: "TooManyRequestsException", status: 429 },
  });
}

async function invoke(
  input: InputOf<typeof client, "Invoke">,
  { state, requestId, clock }: ServiceContext<LambdaState>,
  codeOf: ((name: string) => FunctionCode) | undefined,
): Promise<OutputOf<typeof client, "Invoke">> {
  const name = nameOf(input.FunctionName ?? "");
  if (!Object.hasOwn(state.functions, name)) {
    throw new ServiceError("ResourceNotFoundException", `Function not found: ${input.FunctionName ?? ""}`, {
      status: 404,
    });
  }
  const payload = Buffer.from(input.Payload ?? new Uint8Array()).toString("utf8") || "{}";
  const event = parse(payload);
  switch (input.InvocationType ?? "RequestResponse") {
    case "DryRun":
      return { StatusCode: 204 };
    case "Event":
      enqueue(state, { function: name, requestId, payload }, clock.now());
      return { StatusCode: 202 };
    default:
      return answered(codeOf, name, event, requestId);
  }
}

/** A function's own failure is an answer, with a header that says so. */
async function answered(
  codeOf: ((name: string) => FunctionCode) | undefined,
  name: string,
  event: unknown,
  requestId: string,
): Promise<OutputOf<typeof client, "Invoke">> {
  if (codeOf === undefined) throw new ServiceError("NotImplemented", "No code was handed in.", { status: 501 });
  const head = { StatusCode: 200, ExecutedVersion: "$LATEST" };
  try {
    return { ...head, Payload: bytes((await codeOf(name)(event, requestId)) ?? null) };
  } catch (error) {
    const { name: errorType, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
    return {
      ...head,
      FunctionError: "Unhandled",
      Payload: bytes({ errorType, errorMessage: message, trace: [] }),
    };
  }
}

/** By name, ARN or partial ARN, with or without a version. */
function nameOf(given: string): string {
  return /(?:^|:)function:([^:]+)/.exec(given)?.[1] ?? given.replace(/:.*$/, "");
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch (error) {
    throw new ServiceError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function bytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), "utf8");
}
