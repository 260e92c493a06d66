import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { StandInAnswer, StandInRequest } from "./stand-in.ts";

export interface Bridge {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * The one way out of a host's namespace: a unix socket, on which the programs that stand in for Docker, the AWS CLI and so on
 * hand over how they were called. Who calls is told by the socket, so that a host is always itself.
 *
 * @param path at most 107 bytes, the limit of a unix socket's name
 */
export async function openBridge(
  path: string,
  answer: (request: StandInRequest) => Promise<StandInAnswer>,
): Promise<Bridge> {
  const server = createServer((request, response) => {
    void serve(request, response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
  // A process that is done must be able to end although nobody closed its sandbox.
  server.unref();
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: StandInRequest) => Promise<StandInAnswer>,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  let given: StandInAnswer;
  try {
    given = await answer(decode((request.url ?? "/").slice(1), Buffer.concat(chunks)));
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    given = { exitCode: 125, stderr: `sandbox: the stand-in failed: ${told}\n` };
  }
  const { exitCode = 0, stdout = "", stderr = "", outputFile, inside } = given;
  const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
  response.writeHead(200, {
    "x-exit": String(exitCode),
    // Bash can print it by itself.
    ...(typeof stdout === "string" && stdout.length < 100_000 && !stdout.includes("\0") ? { "x-text": "yes" } : {}),
    ...(stderr === "" ? {} : { "x-stderr": base64(stderr) }),
    ...(outputFile === undefined ? {} : { "x-output": base64(outputFile) }),
    ...(inside === undefined ? {} : { "x-inside": base64(inside) }),
  });
  response.end(stdout);
}

/** NUL after each of: how many arguments, the directory, the arguments; then standard input. */
function decode(program: string, body: Buffer): StandInRequest {
  const fields: string[] = [];
  let at = 0;
  let wanted = 1;
  while (fields.length < wanted) {
    const end = body.indexOf(0, at);
    if (end < 0) throw new Error("a stand-in's call was cut");
    fields.push(body.subarray(at, end).toString("utf8"));
    at = end + 1;
    if (fields.length === 1) wanted = 2 + Number(fields[0]);
  }
  const [, directory = "/", ...args] = fields;
  return { program, args, directory, stdin: body.subarray(at) };
}
