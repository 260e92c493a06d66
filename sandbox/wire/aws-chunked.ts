import { ServiceError } from "../service-error.ts";
import type { WireRequest } from "./message.ts";

/**
 * Undoes the `aws-chunked` encoding, in which uploads carry their checksum behind the data. Trailers join the headers.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function unchunk(request: WireRequest): WireRequest {
  const encodings = (request.headers["content-encoding"] ?? "").split(",").map((name) => name.trim());
  const streaming = request.headers["x-amz-content-sha256"]?.startsWith("STREAMING-") ?? false;
  if (!streaming && !encodings.includes("aws-chunked")) return request;
  const source = Buffer.from(request.body);
  const headers: Record<string, string> = { ...request.headers };
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = source.indexOf("\r\n", at);
    const size = Number.parseInt(source.toString("latin1", at, end < 0 ? source.length : end), 16);
    if (end < 0 || Number.isNaN(size)) throw incomplete();
    at = end + 2;
    if (size === 0) break;
    if (at + size > source.length) throw incomplete();
    parts.push(source.subarray(at, at + size));
    at += size + 2;
  }
  for (const line of source.toString("latin1", at).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase().trim()] = line.slice(colon + 1).trim();
  }
  const body = Buffer.concat(parts);
  const declared = headers["x-amz-decoded-content-length"];
  if (declared !== undefined && Number(declared) !== body.length) throw incomplete();
  const rest = encodings.filter((name) => name !== "aws-chunked" && name !== "");
  if (rest.length > 0) headers["content-encoding"] = rest.join(",");
  else delete headers["content-encoding"];
  headers["content-length"] = String(body.length);
  return { ...request, headers, body };
}

function incomplete(): ServiceError {
  return new ServiceError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  );
}
