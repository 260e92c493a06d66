import { ServiceError } from "../service-error.ts";
import { awsJsonProtocol } from "./aws-json.ts";
import type { WireRequest, WireResponse } from "./message.ts";
import type { Protocol } from "./protocol.ts";
import { queryProtocol } from "./query.ts";
import { restXmlProtocol } from "./rest-xml.ts";

const json = awsJsonProtocol(new Map(), "1.1");
const query = queryProtocol(new Map(), { ec2: false, xmlNamespace: "" });
const s3 = restXmlProtocol(new Map(), { s3: true, xmlNamespace: "" });

/**
 * The answer to a request without a signature, or signed for a service that the sandbox doesn't have, in the shape that
 * its sender most likely reads.
 */
export function unsigned(request: WireRequest, requestId: string, service: string | undefined): WireResponse {
  const error =
    service === undefined
      ? new ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", { status: 403 })
      : new ServiceError("NotImplemented", `The sandbox has no service "${service}".`, { status: 501 });
  return protocolFor(request).failure(error, requestId, request);
}

function protocolFor(request: WireRequest): Protocol {
  if (request.headers["x-amz-target"] !== undefined) return json;
  return request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true ? query : s3;
}
