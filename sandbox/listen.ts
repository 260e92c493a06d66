import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectionReset } from "./connection-reset.ts";
import type { Sandbox } from "./sandbox.ts";
import { parseQuery, type WireRequest, type WireResponse } from "./wire/message.ts";

export interface Listening {
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a sandbox on loopback, and only there: whoever reaches it is an administrator of everything in it. */
export async function listen(sandbox: Sandbox, port = 0): Promise<Listening> {
  const server = createServer((request, response) => {
    void serve(sandbox, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (fromWebPage(request)) {
      response.writeHead(403).end();
      return;
    }
    send(response, await sandbox.handle(await wireRequest(request)), request.method ?? "GET");
  } catch (error) {
    if (error instanceof ConnectionReset) {
      request.socket.destroy();
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    response.writeHead(500, { "content-type": "text/plain" }).end(`The sandbox failed: ${text}\n`);
  }
}

/**
 * A web page in the user's browser can reach loopback too. It can't help saying where it comes from, or, where its own
 * name has been pointed at loopback, by which name it came.
 */
function fromWebPage(request: IncomingMessage): boolean {
  if (request.headers.origin !== undefined) return true;
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  return !/^(127\.0\.0\.1|\[::1\]|([^.]+\.)*localhost|.+\.amazonaws\.com)$/.test(host);
}

function send(response: ServerResponse, answer: WireResponse, method: string): void {
  const headers: Record<string, string> = { ...answer.headers };
  if (answer.status !== 204 && answer.status !== 304 && method !== "HEAD") {
    headers["content-length"] = String(answer.body.length);
  }
  response.writeHead(answer.status, headers);
  if (answer.cutAt === undefined) {
    response.end(method === "HEAD" ? undefined : answer.body);
    return;
  }
  response.write(answer.body.subarray(0, answer.cutAt), () => response.socket?.destroy());
}

async function wireRequest(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return {
    method: request.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: parseQuery(mark < 0 ? "" : url.slice(mark + 1)),
    headers,
    body: Buffer.concat(chunks),
  };
}
