import { parseXML } from "@aws-sdk/xml-builder";
import { ServiceError } from "../service-error.ts";
import { readScalar, writeScalar } from "./scalar.ts";
import type { Member, Shape } from "./shape.ts";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

export function escapeXml(text: string): string {
  return /[&<>"\r]/.test(text) ? text.replace(/[&<>"\r]/g, (character) => escapes[character] ?? character) : text;
}

/** One element with text in it. */
export function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** What goes inside the element of a value of this shape. */
export function writeContent(shape: Shape, value: unknown): string {
  switch (shape.type) {
    case "structure": {
      const record = value as Readonly<Record<string, unknown>>;
      let text = "";
      for (const member of shape.members) {
        const inner = record[member.name];
        if (inner !== undefined && inner !== null && member.traits.xmlAttribute === undefined) {
          text += writeMember(member, inner);
        }
      }
      return text;
    }
    case "list": {
      const name = shape.element.traits.xmlName ?? "member";
      return (value as readonly unknown[]).map((item) => wrap(name, shape.element, item)).join("");
    }
    case "map":
      return Object.entries(value as object)
        .map(([key, item]) => `<entry>${writeEntry(shape, key, item)}</entry>`)
        .join("");
    default:
      return escapeXml(writeScalar(shape, value, "date-time"));
  }
}

function writeMember(member: Member, value: unknown): string {
  const name = member.traits.xmlName ?? member.name;
  const { shape } = member;
  if (member.traits.xmlFlattened !== undefined) {
    if (shape.type === "list") {
      return (value as readonly unknown[]).map((item) => wrap(name, shape.element, item)).join("");
    }
    if (shape.type === "map") {
      return Object.entries(value as object)
        .map(([key, item]) => `<${name}>${writeEntry(shape, key, item)}</${name}>`)
        .join("");
    }
  }
  return wrap(name, member, value);
}

function writeEntry(shape: Shape & { readonly type: "map" }, key: string, value: unknown): string {
  const keyName = shape.key.traits.xmlName ?? "key";
  return element(keyName, key) + wrap(shape.value.traits.xmlName ?? "value", shape.value, value);
}

function wrap(name: string, member: Member, value: unknown): string {
  return `<${name}${attributes(member, value)}>${writeContent(member.shape, value)}</${name}>`;
}

/** Attributes: the type of an ACL's grantee, `xsi:type`, with the namespace it needs. */
function attributes(member: Member, value: unknown): string {
  if (member.shape.type !== "structure") return "";
  let text = "";
  for (const inner of member.shape.members) {
    const attribute =
      inner.traits.xmlAttribute === undefined ? undefined : (value as Record<string, unknown>)[inner.name];
    if (attribute === undefined) continue;
    const [prefix, uri] = member.traits.xmlNamespace ?? [];
    if (prefix) text += ` xmlns:${prefix}="${escapeXml(String(uri))}"`;
    text += ` ${inner.traits.xmlName ?? inner.name}="${escapeXml(String(attribute))}"`;
  }
  return text;
}

/** The content of a document's root element, as {@link readContent} reads it. Throws MalformedXML. */
export function parseDocument(text: string): unknown {
  try {
    return Object.values(parseXML(text) as object)[0];
  } catch {
    throw new ServiceError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  }
}

/** A value of this shape from a parsed element: text, or an object of its children and attributes. */
export function readContent(shape: Shape, node: unknown): unknown {
  switch (shape.type) {
    case "structure": {
      const record = asRecord(node);
      const value: Record<string, unknown> = {};
      for (const member of shape.members) {
        const name = member.traits.xmlName ?? member.name;
        const inner = record[name] ?? record[name.slice(name.indexOf(":") + 1)];
        if (inner !== undefined) value[member.name] = readMember(member, inner);
      }
      return value;
    }
    case "list":
      return asList(asRecord(node)[shape.element.traits.xmlName ?? "member"]).map((item) =>
        readContent(shape.element.shape, item),
      );
    case "map":
      return readEntries(shape, asList(asRecord(node)["entry"]));
    default:
      return readScalar(shape, asText(node), "date-time");
  }
}

function readMember(member: Member, node: unknown): unknown {
  if (member.traits.xmlFlattened !== undefined) {
    const { shape } = member;
    if (shape.type === "list") return asList(node).map((item) => readContent(shape.element.shape, item));
    if (shape.type === "map") return readEntries(shape, asList(node));
  }
  return readContent(member.shape, node);
}

function readEntries(shape: Shape & { readonly type: "map" }, nodes: readonly unknown[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const node of nodes) {
    const record = asRecord(node);
    const key = asText(record[shape.key.traits.xmlName ?? "key"]);
    value[key] = readContent(shape.value.shape, record[shape.value.traits.xmlName ?? "value"]);
  }
  return value;
}

function asRecord(node: unknown): Readonly<Record<string, unknown>> {
  return typeof node === "object" && node !== null ? (node as Readonly<Record<string, unknown>>) : {};
}

function asList(node: unknown): readonly unknown[] {
  if (node === undefined || node === "") return node === undefined ? [] : [node];
  return Array.isArray(node) ? node : [node];
}

function asText(node: unknown): string {
  if (typeof node === "object" && node !== null) return String(asRecord(node)["#text"] ?? "");
  return node === undefined ? "" : String(node);
}
