import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Failure } from "../engine/failure.ts";
import type { JsonObject } from "../engine/json.ts";
import { toFailure } from "./classify.ts";
import { type AwsConfig, writerClient } from "./clients.ts";

export interface FunctionInvoker {
  /** Puts an invocation into Lambda's queue, which keeps and retries it. @param name name or ARN */
  start(name: string, payload: JsonObject): Promise<void>;
  /** Waits for the function's answer. @throws Failure `FunctionFailed` with the function's own message where it failed */
  ask(name: string, payload: JsonObject): Promise<unknown>;
}

/** Lambda functions of ours, by https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export function functionInvoker(config: AwsConfig): FunctionInvoker {
  const clientOf = (one: AwsConfig) =>
    writerClient(
      one,
      (settings) => new LambdaClient(settings),
      () => undefined,
    );
  const starts = clientOf(config);
  // Waits as long as a function can live, and asks once: the answer of a second invocation would be another run's.
  const patient = { connectionTimeout: 2_000, requestTimeout: longestLife, socketTimeout: longestLife };
  const asks = clientOf({
    ...config,
    requestHandler: config.requestHandler ?? patient,
    retry: { ...config.retry, attempts: 1 },
  });
  const invoke = async (client: LambdaClient, name: string, payload: JsonObject) => {
    try {
      const Payload = Buffer.from(JSON.stringify(payload), "utf8");
      const InvocationType = client === starts ? "Event" : "RequestResponse";
      return await client.send(new InvokeCommand({ FunctionName: name, InvocationType, Payload }));
    } catch (error) {
      throw toFailure(error, `invoking ${name}`);
    }
  };
  return {
    async start(name, payload) {
      await invoke(starts, name, payload);
    },
    async ask(name, payload) {
      const { FunctionError, Payload } = await invoke(asks, name, payload);
      const answer = parse(name, Payload === undefined ? "" : Buffer.from(Payload).toString("utf8"));
      if (FunctionError !== undefined) throw failedFunction(name, answer);
      return answer;
    },
  };
}

/** Lambda ends a function after 15 minutes. */
const longestLife = 16 * 60_000;

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Failure({ code: "BadAnswer", class: "retry", message: `${name} answered no JSON`, cause: error });
  }
}

/** Lambda hands over a thrown error as `{ errorType, errorMessage, trace }`. */
function failedFunction(name: string, answer: unknown): Failure {
  const said = typeof answer === "object" && answer !== null && "errorMessage" in answer ? answer.errorMessage : answer;
  return new Failure({
    code: "FunctionFailed",
    class: "retry",
    message: `${name} failed: ${typeof said === "string" ? said : JSON.stringify(said)}`,
    hint: "The function's log has the whole story: `aws logs tail`.",
  });
}
