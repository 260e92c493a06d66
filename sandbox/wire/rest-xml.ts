import { noBytes, type WireRequest } from "./message.ts";
import type { Input, Protocol } from "./protocol.ts";
import { type BodyCodec, readBindings, writeBindings } from "./rest-binding.ts";
import { type RestTarget, restRouter } from "./rest-route.ts";
import type { OperationModel } from "./shape.ts";
import { element, parseDocument, readContent, writeContent } from "./xml.ts";

const head = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * REST-XML as S3 and Route 53 speak it.
 * @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
 */
export function restXmlProtocol(
  operations: ReadonlyMap<string, OperationModel>,
  options: { readonly s3: boolean; readonly xmlNamespace: string },
): Protocol {
  const { s3, xmlNamespace } = options;
  const find = restRouter(operations, s3);
  const targets = new WeakMap<WireRequest, RestTarget>();
  const codec: BodyCodec = {
    contentType: "application/xml",
    read: (shape, body) => readContent(shape, parseDocument(Buffer.from(body).toString("utf8"))),
    write: (shape, value, rootName) =>
      Buffer.from(`${head}<${rootName} xmlns="${xmlNamespace}">${writeContent(shape, value)}</${rootName}>`, "utf8"),
  };
  const idHeader = s3 ? "x-amz-request-id" : "x-amzn-requestid";
  return {
    route(request) {
      const target = find(request);
      if (target !== undefined) targets.set(request, target);
      return target?.operation;
    },
    input(operation, request) {
      const target = targets.get(request) ?? { operation, labels: {} };
      return readBindings(target, request, codec);
    },
    success(operation, output, requestId) {
      const rootName = operation.output.traits.xmlName ?? `${operation.name}Result`;
      const bound = writeBindings(operation.output, output, rootName, codec);
      const headers: Record<string, string> = { ...bound.headers, [idHeader]: requestId };
      let { body } = bound;
      if (operation.name === "GetBucketLocation") body = locationOf(output, xmlNamespace);
      // Part of an object is a success of its own, which the model doesn't say.
      const partial = s3 && bound.headers["content-range"] !== undefined ? 206 : undefined;
      const status = bound.status ?? partial ?? operation.http?.[2] ?? 200;
      return { status, headers, body: body ?? noBytes, streams: bound.streams };
    },
    failure(error, requestId, request) {
      const headers: Record<string, string> = { [idHeader]: requestId, ...error.headers };
      // Neither carries a body: clients make do with the status.
      if (request.method === "HEAD" || error.status === 304) return { status: error.status, headers, body: noBytes };
      const fields = Object.entries(error.fields).map(([key, value]) => element(key, value));
      const inner = element("Code", error.code) + element("Message", error.message) + fields.join("");
      const text = s3
        ? `<Error>${inner}${element("RequestId", requestId)}${element("HostId", "sandbox")}</Error>`
        : `<ErrorResponse xmlns="${xmlNamespace}"><Error>${element("Type", error.status < 500 ? "Sender" : "Receiver")}${inner}</Error>${element("RequestId", requestId)}</ErrorResponse>`;
      headers["content-type"] = "application/xml";
      return { status: error.status, headers, body: Buffer.from(head + text, "utf8") };
    },
  };
}

/**
 * The root element itself is the value, against the protocol's own rules.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
 */
function locationOf(output: Input, xmlNamespace: string): Uint8Array {
  const text = output["LocationConstraint"] === undefined ? "" : String(output["LocationConstraint"]);
  return Buffer.from(`${head}<LocationConstraint xmlns="${xmlNamespace}">${text}</LocationConstraint>`, "utf8");
}
