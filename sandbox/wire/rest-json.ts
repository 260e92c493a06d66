import { type Naming, parseJson, readJson, writeJson } from "./aws-json.ts";
import { noBytes, type WireRequest } from "./message.ts";
import type { Protocol } from "./protocol.ts";
import { type BodyCodec, readBindings, writeBindings } from "./rest-binding.ts";
import { type RestTarget, restRouter } from "./rest-route.ts";
import type { OperationModel } from "./shape.ts";

const naming: Naming = (member) => member.traits.jsonName ?? member.name;

const codec: BodyCodec = {
  contentType: "application/json",
  read: (shape, body) => readJson(shape, parseJson(Buffer.from(body).toString("utf8")), naming),
  write: (shape, value) => Buffer.from(JSON.stringify(writeJson(shape, value, naming) ?? {}), "utf8"),
};

/**
 * REST-JSON as Lambda and EventBridge Scheduler speak it.
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export function restJsonProtocol(operations: ReadonlyMap<string, OperationModel>): Protocol {
  const find = restRouter(operations, false);
  const targets = new WeakMap<WireRequest, RestTarget>();
  return {
    route(request) {
      const target = find(request);
      if (target !== undefined) targets.set(request, target);
      return target?.operation;
    },
    input(operation, request) {
      return readBindings(targets.get(request) ?? { operation, labels: {} }, request, codec);
    },
    success(operation, output, requestId) {
      const bound = writeBindings(operation.output, output, "", codec);
      return {
        status: bound.status ?? operation.http?.[2] ?? 200,
        headers: { ...bound.headers, "x-amzn-requestid": requestId },
        body: bound.body ?? noBytes,
        streams: bound.streams,
      };
    },
    failure(error, requestId) {
      return {
        status: error.status,
        headers: {
          "content-type": "application/json",
          "x-amzn-requestid": requestId,
          "x-amzn-errortype": error.code,
          ...error.headers,
        },
        body: Buffer.from(JSON.stringify({ message: error.message, ...error.fields }), "utf8"),
      };
    },
  };
}
