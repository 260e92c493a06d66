import { Readable } from "node:stream";
import { HttpResponse } from "@smithy/core/transport";
import type { HttpHandlerOptions, HttpRequest, RequestHandler } from "@smithy/types";
import { ConnectionReset } from "./connection-reset.ts";
import type { Sandbox } from "./sandbox.ts";
import { noBytes, type WireRequest, type WireResponse } from "./wire/message.ts";

type Handler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> & {
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
};

/** Thrown instead of an answer once a process has died: nothing that it calls gets through any more. */
export class ProcessDied extends Error {
  override readonly name: string = "ProcessDied";

  constructor() {
    super("the process died here");
  }
}

/** Dies right before or right after its n-th call, counted from 1. What was under way elsewhere still takes effect. */
export interface Crash {
  readonly at: number;
  readonly when: "before" | "after";
}

/** One client process: hand it to SDK clients as their `requestHandler`. */
export class SandboxHandler implements Handler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #sandbox: Sandbox;
  readonly #crash: Crash | undefined;
  #calls = 0;
  #dead = false;

  constructor(sandbox: Sandbox, crash?: Crash) {
    this.#sandbox = sandbox;
    this.#crash = crash;
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  get dead(): boolean {
    return this.#dead;
  }

  async handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }> {
    if (this.#dead) throw new ProcessDied();
    this.#calls += 1;
    const crashes = this.#crash?.at === this.#calls ? this.#crash.when : undefined;
    if (crashes === "before") {
      this.#dead = true;
      throw new ProcessDied();
    }
    abortCheck(options?.abortSignal);
    const wire = await wireRequest(request);
    // Whoever gives up waiting hears at once; what was asked for goes on, as it would behind a network.
    const answered = await Promise.race([settle(this.#sandbox.handle(wire)), aborted(options?.abortSignal)]);
    if (crashes === "after") this.#dead = true;
    if (this.#dead) throw new ProcessDied();
    const answer = answered();
    return { response: responseOf(answer) };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {}
}

/** Waits for an end of either kind, and hands out the result later. */
async function settle<Value>(promise: Promise<Value>): Promise<() => Value> {
  try {
    const value = await promise;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

type Signal = HttpHandlerOptions["abortSignal"];

function abortCheck(signal: Signal): void {
  if (signal?.aborted === true) throw abortError();
}

/** Never settles where nobody aborts. */
function aborted(signal: Signal): Promise<() => WireResponse> {
  return new Promise((resolve) => {
    if (signal === undefined) return;
    const give = () =>
      resolve(() => {
        throw abortError();
      });
    if (signal.aborted) give();
    else if ("addEventListener" in signal) signal.addEventListener("abort", give, { once: true });
    else signal.onabort = give;
  });
}

function abortError(): Error {
  return Object.assign(new Error("Request aborted"), { name: "AbortError" });
}

async function wireRequest(request: HttpRequest): Promise<WireRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  headers["host"] ??= request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
  const query = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(request.query ?? {})) {
    query.set(key, Array.isArray(value) ? value : [value ?? ""]);
  }
  return { method: request.method, path: request.path, query, headers, body: await bytesOf(request.body) };
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return noBytes;
  if (typeof body === "string") return Buffer.from(body, "utf8");
  // A view of its own: the SDK's has been given string methods that warn.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk);
  }
  return Buffer.concat(chunks);
}

function responseOf(answer: WireResponse): HttpResponse {
  const { cutAt, body, status: statusCode, headers } = answer;
  if (cutAt !== undefined) return new HttpResponse({ statusCode, headers, body: cut(body, cutAt) });
  const whole = answer.streams === true ? Readable.from([body], { objectMode: false }) : body;
  return new HttpResponse({ statusCode, headers, body: whole });
}

/** A body that ends before its time. */
function cut(body: Uint8Array, at: number): Readable {
  return Readable.from(
    (async function* () {
      if (at > 0) yield body.subarray(0, at);
      throw new ConnectionReset();
    })(),
    { objectMode: false },
  );
}
