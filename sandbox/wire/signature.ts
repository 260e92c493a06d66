import type { WireRequest } from "./message.ts";

/** What a signature says of its maker and its place. The signature itself is not verified: every secret is accepted. */
export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name: `ec2`, `iam`, `s3`. */
  readonly service: string;
  readonly sessionToken?: string;
}

/**
 * Reads the credential scope of a Signature Version 4 (or 4A) header or presigned query. Undefined: unsigned.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function scopeOf(request: WireRequest): Scope | undefined {
  const header = /^AWS4-\S+\s+.*?Credential=([^,\s]+)/.exec(request.headers["authorization"] ?? "")?.[1];
  const credential = header ?? request.query.get("X-Amz-Credential")?.[0];
  if (credential === undefined) return undefined;
  const parts = credential.split("/");
  const service = parts.at(-2);
  const accessKeyId = parts[0];
  if (accessKeyId === undefined || service === undefined || parts.length < 4) return undefined;
  const sessionToken = request.headers["x-amz-security-token"] ?? request.query.get("X-Amz-Security-Token")?.[0];
  return {
    accessKeyId,
    // Version 4A signs for a set of regions and has none in its scope.
    region: parts.length >= 5 ? (parts.at(-3) ?? "") : (request.headers["x-amz-region-set"] ?? "us-east-1"),
    service,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
