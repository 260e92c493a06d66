import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GitLabApi } from "./api.ts";

export interface GitLabServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The stand-in on loopback, for clients that are programs of their own. */
export async function serveGitLab(api: GitLabApi): Promise<GitLabServer> {
  const server = createServer((request, response) => {
    void serve(api, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(api: GitLabApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
  const answer = api.handle({
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  });
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}
