import { Readable } from "node:stream";
import { HttpResponse } from "@smithy/core/protocols";
import type { AwsConfig } from "../../shared/aws/clients.ts";

/** What a canned service answers, one after the other; the last one stays. An Error is thrown as the socket would. */
export type Answer =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | Error;

/** A configuration whose calls go to canned answers instead of a network, and the requests that were sent. */
export function cannedAws(answers: readonly Answer[], more: Partial<AwsConfig> = {}) {
  const sent: { method: string; path: string; headers: Record<string, string> }[] = [];
  const config: AwsConfig = {
    region: "eu-central-1",
    endpoint: "http://aws.test",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    retry: { attempts: 3, mode: "standard", baseDelay: 0 },
    requestHandler: {
      async handle(request: { method: string; path: string; headers: Record<string, string> }) {
        sent.push({ method: request.method, path: request.path, headers: request.headers });
        const answer = answers[Math.min(sent.length, answers.length) - 1];
        if (answer === undefined) throw new Error("no canned answer");
        if (answer instanceof Error) throw answer;
        const response = new HttpResponse({
          statusCode: answer.status,
          headers: { ...answer.headers },
          body: Readable.from([new TextEncoder().encode(answer.body ?? "")]),
        });
        return { response };
      },
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
    ...more,
  };
  return { config, sent };
}

export function socketError(code: string): Error {
  return Object.assign(new Error(`socket: ${code}`), { code });
}
