import type { Fleet } from "../../desired/fleet.ts";
import { arnsOf } from "../common/arn.ts";
import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";

/** Nothing without TLS, whoever asks. It allows nothing: who may do what is said by roles. */
export function tlsOnlyPolicy(fleet: Fleet, bucket: string): PolicyDocument {
  const arns = arnsOf(fleet);
  return tidyPolicy({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arns.s3(bucket), arns.s3(`${bucket}/*`)],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
