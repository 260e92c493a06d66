import { readFile } from "node:fs/promises";
import { ServiceError } from "../../sandbox/service-error.ts";
import { awsJsonProtocol } from "../../sandbox/wire/aws-json.ts";
import { parseQuery, type WireRequest } from "../../sandbox/wire/message.ts";
import type { Protocol } from "../../sandbox/wire/protocol.ts";
import { queryProtocol } from "../../sandbox/wire/query.ts";
import { restJsonProtocol } from "../../sandbox/wire/rest-json.ts";
import { restXmlProtocol } from "../../sandbox/wire/rest-xml.ts";
import type { OperationModel } from "../../sandbox/wire/shape.ts";
import { type BotoOperation, type BotoShape, nativeOf, operationModel } from "./protocol-model.ts";

export const protocolNames = ["ec2", "query", "rest-xml", "json", "json_1_0", "rest-json"] as const;
export type ProtocolName = (typeof protocolNames)[number];

export interface FixtureCase {
  readonly id: string;
  readonly given: BotoOperation;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly serialized?: {
    readonly method?: string;
    readonly uri?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly result?: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly response?: { readonly status_code: number };
}

export interface Suite {
  readonly metadata: object;
  readonly shapes: Readonly<Record<string, BotoShape>>;
  readonly cases: readonly FixtureCase[];
}

export async function suitesOf(direction: "input" | "output", protocol: ProtocolName): Promise<readonly Suite[]> {
  const file = new URL(`../../.venv/protocols/${direction}/${protocol}.json`, import.meta.url);
  return JSON.parse(await readFile(file, "utf8")) as readonly Suite[];
}

function speak(protocol: ProtocolName, operation: OperationModel): Protocol {
  const operations = new Map([[operation.name, operation]]);
  const xmlNamespace = "https://example.com/";
  switch (protocol) {
    case "ec2":
      return queryProtocol(operations, { ec2: true, xmlNamespace });
    case "query":
      return queryProtocol(operations, { ec2: false, xmlNamespace });
    case "rest-xml":
      return restXmlProtocol(operations, { s3: false, xmlNamespace });
    case "json":
      return awsJsonProtocol(operations, "1.1");
    case "json_1_0":
      return awsJsonProtocol(operations, "1.0");
    case "rest-json":
      return restJsonProtocol(operations);
  }
}

/** What the sandbox reads in the fixture's request, beside what the fixture says was asked. */
export function readRequest(protocol: ProtocolName, suite: Suite, fixture: FixtureCase) {
  const operation = operationModel(fixture.given, suite.shapes);
  const wire = speak(protocol, operation);
  const { method = "POST", uri = "/", body = "", headers = {} } = fixture.serialized ?? {};
  const mark = uri.indexOf("?");
  const request: WireRequest = {
    method,
    path: mark < 0 ? uri : uri.slice(0, mark),
    query: parseQuery(mark < 0 ? "" : uri.slice(mark + 1)),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: Buffer.from(body, "utf8"),
  };
  const found = wire.route(request);
  if (found === undefined) return { read: "no operation", asked: fixture.params };
  return {
    read: plain(wire.input(found, request)),
    asked: plain(nativeOf(operation.input.shape, fixture.params ?? {})),
  };
}

/** What the sandbox answers where the fixture's result is given. */
export function writeAnswer(protocol: ProtocolName, suite: Suite, fixture: FixtureCase) {
  const operation = operationModel(fixture.given, suite.shapes);
  const wire = speak(protocol, operation);
  if (fixture.errorCode !== undefined) {
    const request: WireRequest = { method: "POST", path: "/", query: new Map(), headers: {}, body: new Uint8Array() };
    const status = fixture.response?.status_code ?? 400;
    return wire.failure(new ServiceError(fixture.errorCode, fixture.errorMessage ?? "", { status }), "id", request);
  }
  const output = nativeOf(operation.output.shape, fixture.result ?? {}) as Readonly<Record<string, unknown>>;
  return wire.success(operation, output, "id");
}

/** For comparison: bytes and odd numbers as text; a null says the same as nothing, and an empty list or map can't be told from it. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, item]) => [key, plain(item)] as const);
  return Object.fromEntries(members.filter(([, item]) => item !== undefined && item !== null && !isEmpty(item)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
