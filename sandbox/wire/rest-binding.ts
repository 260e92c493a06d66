import { ServiceError } from "../service-error.ts";
import type { WireRequest } from "./message.ts";
import type { RestTarget } from "./rest-route.ts";
import { readScalar, toBytes, writeScalar } from "./scalar.ts";
import type { Member, Shape } from "./shape.ts";

/** How a body that is a structure, or one member of it, is written and read: XML or JSON. */
export interface BodyCodec {
  read(shape: Shape, body: Uint8Array, rootName: string): unknown;
  write(shape: Shape, value: unknown, rootName: string): Uint8Array;
  readonly contentType: string;
}

function membersOf(shape: Shape): readonly Member[] {
  return shape.type === "structure" ? shape.members : [];
}

/** Whether a member of an answer is elsewhere than in its body; what would bind to the request's path or query doesn't count. */
function bound({ traits }: Member): boolean {
  return (
    traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined || traits.httpResponseCode !== undefined
  );
}

/** An operation's input from path, query, headers and body. */
export function readBindings(target: RestTarget, request: WireRequest, codec: BodyCodec): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const inBody: Member[] = [];
  const members = membersOf(target.operation.input.shape);
  for (const member of members) {
    const { traits, shape, name } = member;
    if (traits.httpLabel !== undefined) {
      const label = target.labels[name];
      if (label !== undefined) input[name] = readScalar(shape, label, "date-time");
    } else if (traits.httpHeader !== undefined) {
      const header = request.headers[traits.httpHeader.toLowerCase()];
      if (header !== undefined) input[name] = readHeader(shape, header);
    } else if (traits.httpQuery !== undefined) {
      const values = request.query.get(traits.httpQuery);
      if (values !== undefined) input[name] = readQuery(shape, values);
    } else if (traits.httpPrefixHeaders !== undefined) {
      input[name] = readPrefixed(traits.httpPrefixHeaders.toLowerCase(), request.headers);
    } else if (traits.httpQueryParams !== undefined) {
      input[name] = readRest(request, members);
    } else if (traits.httpPayload !== undefined) {
      const payload = readPayload(member, request.body, codec);
      if (payload !== undefined) input[name] = payload;
    } else {
      inBody.push(member);
    }
  }
  if (inBody.length > 0 && request.body.length > 0) {
    const { input: model, name } = target.operation;
    const body = codec.read(model.shape, request.body, name) as Record<string, unknown>;
    for (const member of inBody) if (body[member.name] !== undefined) input[member.name] = body[member.name];
  }
  return input;
}

function readPayload(member: Member, body: Uint8Array, codec: BodyCodec): unknown {
  if (member.shape.type === "blob") return body;
  if (body.length === 0) return undefined;
  if (member.shape.type === "string") return Buffer.from(body).toString("utf8");
  return codec.read(member.shape, body, member.name);
}

function readHeader(shape: Shape, text: string): unknown {
  if (shape.type === "list") {
    return headerItems(shape.element.shape, text).map((part) => readScalar(shape.element.shape, part, "http-date"));
  }
  return readScalar(shape, text, "http-date");
}

/** Items are split at commas, but for those in quotes and the one that every HTTP date has. */
function headerItems(shape: Shape, text: string): readonly string[] {
  if (text.trim() === "") return [];
  const hasDates = shape.type === "timestamp" && (shape.format === "default" || shape.format === "http-date");
  if (hasDates) return text.match(/[^,]+,[^,]+/g)?.map((date) => date.trim()) ?? [];
  const items = text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return items.map((item) => item.trim().replace(/^"(.*)"$/, (_, quoted: string) => quoted.replace(/\\(.)/g, "$1")));
}

function readQuery(shape: Shape, values: readonly string[]): unknown {
  if (shape.type === "list") return values.map((value) => readScalar(shape.element.shape, value, "date-time"));
  return readScalar(shape, values[0] ?? "", "date-time");
}

function readPrefixed(prefix: string, headers: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

function readRest(request: WireRequest, members: readonly Member[]): Record<string, string> {
  const named = new Set(members.map((member) => member.traits.httpQuery));
  return Object.fromEntries(
    [...request.query].filter(([key]) => !named.has(key)).map(([key, values]) => [key, values[0] ?? ""]),
  );
}

const bodies = new WeakMap<Shape, Shape>();

/** A structure without what goes elsewhere than into the body. */
function bodyOf(shape: Shape): Shape {
  if (shape.type !== "structure") return shape;
  const known = bodies.get(shape);
  if (known !== undefined) return known;
  const { type, name, union, members } = shape;
  const body: Shape = { type, name, union, members: members.filter((member) => !bound(member)) };
  bodies.set(shape, body);
  return body;
}

export interface BoundResponse {
  readonly status: number | undefined;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | undefined;
  readonly streams: boolean;
}

/** An operation's output as status, headers and body. */
export function writeBindings(
  output: Member,
  value: Readonly<Record<string, unknown>>,
  rootName: string,
  codec: BodyCodec,
): BoundResponse {
  const headers: Record<string, string> = {};
  let status: number | undefined;
  let body: Uint8Array | undefined;
  let hasBody = false;
  let streams = false;
  for (const member of membersOf(output.shape)) {
    const inner = value[member.name];
    const { traits } = member;
    if (!bound(member) && traits.httpPayload === undefined) hasBody = true;
    if (member.shape.type === "blob" && traits.httpPayload !== undefined) streams = true;
    if (inner === undefined || inner === null) continue;
    if (traits.httpHeader !== undefined) {
      headers[traits.httpHeader.toLowerCase()] = writeHeader(member.shape, inner);
    } else if (traits.httpPrefixHeaders !== undefined) {
      const prefix = traits.httpPrefixHeaders.toLowerCase();
      for (const [key, text] of Object.entries(inner as object)) headers[prefix + key.toLowerCase()] = String(text);
    } else if (traits.httpResponseCode !== undefined) {
      status = Number(inner);
    } else if (traits.httpPayload !== undefined) {
      body = writePayload(member, inner, codec, headers);
    }
  }
  if (hasBody) {
    headers["content-type"] ??= codec.contentType;
    body = codec.write(bodyOf(output.shape), value, rootName);
  }
  return { status, headers, body, streams };
}

function writePayload(member: Member, value: unknown, codec: BodyCodec, headers: Record<string, string>): Uint8Array {
  if (member.shape.type === "blob" || member.shape.type === "string") return toBytes(value);
  headers["content-type"] ??= codec.contentType;
  const { xmlName } = member.traits;
  const name = member.shape.type === "structure" ? member.shape.name : member.name;
  return codec.write(member.shape, value, xmlName ?? name);
}

function writeHeader(shape: Shape, value: unknown): string {
  if (shape.type === "list") {
    const items = (value as readonly unknown[]).map((item) => writeScalar(shape.element.shape, item, "http-date"));
    const quoted = shape.element.shape.type === "string" ? items.map(quotedItem) : items;
    return safeHeader(quoted.join(", "));
  }
  return safeHeader(writeScalar(shape, value, "http-date"));
}

function quotedItem(text: string): string {
  return /[",]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : text;
}

function safeHeader(text: string): string {
  if (/[\r\n\0]/.test(text))
    throw new ServiceError("InternalError", "A header's value has a line break in it.", { status: 500 });
  return text;
}
