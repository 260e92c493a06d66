import { ServiceError } from "../service-error.ts";
import { noBytes, parseQuery, type WireRequest, type WireResponse } from "./message.ts";
import type { Input, Protocol } from "./protocol.ts";
import { readScalar } from "./scalar.ts";
import type { Member, OperationModel, Shape } from "./shape.ts";
import { element, writeContent } from "./xml.ts";

/** `Filter.1.Name=x` as a tree by the dots. */
interface Parameter {
  text: string | undefined;
  readonly children: Map<string, Parameter>;
}

/**
 * The EC2 and the AWS query protocols: forms in, XML out.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 * @see https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
export function queryProtocol(
  operations: ReadonlyMap<string, OperationModel>,
  options: { readonly ec2: boolean; readonly xmlNamespace: string },
): Protocol {
  const { ec2, xmlNamespace } = options;
  /** The form is needed twice, for the route and for the input. */
  const forms = new WeakMap<WireRequest, ReadonlyMap<string, readonly string[]>>();
  const formOf = (request: WireRequest) => {
    const known = forms.get(request);
    if (known !== undefined) return known;
    const form = request.method === "GET" ? request.query : parseQuery(Buffer.from(request.body).toString("utf8"));
    forms.set(request, form);
    return form;
  };
  return {
    route(request) {
      return operations.get(formOf(request).get("Action")?.[0] ?? "");
    },
    input(operation, request) {
      const tree = treeOf(formOf(request));
      if (ec2) refuseUnknown(operation.input.shape, tree);
      const value = readParameter(operation.input.shape, tree, ec2);
      return (value ?? {}) as Input;
    },
    success(operation, output, requestId) {
      const content = operation.output.shape.type === "unit" ? "" : writeContent(operation.output.shape, output);
      const name = operation.name;
      if (ec2) {
        // An operation that answers nothing still says that it was done.
        const inner = operation.output.shape.type === "unit" ? element("return", "true") : content;
        return xml(
          200,
          requestId,
          `<${name}Response xmlns="${xmlNamespace}">${element("requestId", requestId)}${inner}</${name}Response>`,
        );
      }
      const result = operation.output.shape.type === "unit" ? "" : `<${name}Result>${content}</${name}Result>`;
      const metadata = `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`;
      return xml(200, requestId, `<${name}Response xmlns="${xmlNamespace}">${result}${metadata}</${name}Response>`);
    },
    failure(error, requestId) {
      const details = element("Code", error.code) + element("Message", error.message);
      const fields = Object.entries(error.fields).map(([key, value]) => element(key, value));
      const body = ec2
        ? `<Response><Errors><Error>${details}${fields.join("")}</Error></Errors>${element("RequestID", requestId)}</Response>`
        : `<ErrorResponse xmlns="${xmlNamespace}"><Error>${element("Type", error.status < 500 ? "Sender" : "Receiver")}${details}${fields.join("")}</Error>${element("RequestId", requestId)}</ErrorResponse>`;
      return xml(error.status, requestId, body, error.headers);
    },
  };
}

function xml(
  status: number,
  requestId: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  return {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId, ...headers },
    body: body === "" ? noBytes : Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, "utf8"),
  };
}

function treeOf(form: ReadonlyMap<string, readonly string[]>): Parameter {
  const root: Parameter = { text: undefined, children: new Map() };
  for (const [key, values] of form) {
    let at = root;
    for (const part of key.split(".")) {
      let next = at.children.get(part);
      if (next === undefined) {
        next = { text: undefined, children: new Map() };
        at.children.set(part, next);
      }
      at = next;
    }
    at.text = values[0];
  }
  return root;
}

function readParameter(shape: Shape, parameter: Parameter, ec2: boolean, flattened = ec2): unknown {
  switch (shape.type) {
    case "unit":
      return {};
    case "structure": {
      const value: Record<string, unknown> = {};
      for (const member of shape.members) {
        const inner = parameter.children.get(parameterName(member, ec2));
        if (inner === undefined) continue;
        value[member.name] = readParameter(member.shape, inner, ec2, ec2 || member.traits.xmlFlattened !== undefined);
      }
      return value;
    }
    case "list": {
      const name = shape.element.traits.xmlName ?? "member";
      const items = flattened ? parameter : parameter.children.get(name);
      return numbered(items).map((item) => readParameter(shape.element.shape, item, ec2));
    }
    case "map": {
      const value: Record<string, unknown> = {};
      for (const entry of numbered(flattened ? parameter : parameter.children.get("entry"))) {
        const key = entry.children.get(shape.key.traits.xmlName ?? "key")?.text ?? "";
        const inner = entry.children.get(shape.value.traits.xmlName ?? "value");
        if (inner !== undefined) value[key] = readParameter(shape.value.shape, inner, ec2);
      }
      return value;
    }
    default:
      return readScalar(shape, parameter.text ?? "", "date-time");
  }
}

/** EC2 says so where it doesn't know a parameter, so that nothing asked for is passed over. */
function refuseUnknown(shape: Shape, tree: Parameter): void {
  const known = new Set(["Action", "Version"]);
  if (shape.type === "structure") for (const member of shape.members) known.add(parameterName(member, true));
  for (const name of tree.children.keys()) {
    // A signature in the query is no parameter of the operation.
    if (known.has(name) || name.startsWith("X-Amz-")) continue;
    throw new ServiceError("UnknownParameter", `The parameter ${name} is not recognized`);
  }
}

/** `Tag.1`, `Tag.2`, ... in the order of their numbers. */
function numbered(parameter: Parameter | undefined): readonly Parameter[] {
  if (parameter === undefined) return [];
  return [...parameter.children]
    .map(([key, child]) => {
      const number = Number(key);
      if (!Number.isInteger(number)) throw new ServiceError("MalformedInput", `"${key}" is not a list's number.`);
      return { number, child };
    })
    .sort((a, b) => a.number - b.number)
    .map(({ child }) => child);
}

/** EC2 has its own names for some members, and writes the others with a capital. */
function parameterName(member: Member, ec2: boolean): string {
  const own = ec2 ? member.traits["ec2QueryName"] : undefined;
  if (typeof own === "string") return own;
  const name = member.traits.xmlName ?? member.name;
  return ec2 ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}
