import type { PublicAccessBlockConfiguration } from "@aws-sdk/client-s3";
import { ServiceError } from "../../service-error.ts";

type Statement = Readonly<Record<string, unknown>>;

const statementKeys = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/**
 * Throws MalformedPolicy as S3 does for what it can't take.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
 */
export function checkPolicy(text: string, bucket: string, partition: string): void {
  if (Buffer.byteLength(text, "utf8") > 20_480) {
    throw new ServiceError("PolicyTooLarge", "Policy exceeds the maximum allowed document size.");
  }
  const document = parsePolicy(text);
  if (document["Version"] !== undefined && !["2012-10-17", "2008-10-17"].includes(String(document["Version"]))) {
    throw malformed("The policy must contain a valid version string");
  }
  const statements = statementsOf(document);
  if (statements.length === 0) throw malformed("Missing required field Statement");
  const sids = statements.flatMap((statement) => (typeof statement["Sid"] === "string" ? [statement["Sid"]] : []));
  if (new Set(sids).size < sids.length) throw malformed("Statement IDs (SID) in a single policy must be unique.");
  for (const statement of statements) checkStatement(statement, `arn:${partition}:s3:::${bucket}`);
}

function checkStatement(statement: Statement, arn: string): void {
  for (const key of Object.keys(statement)) {
    if (!statementKeys.has(key)) throw malformed(`Unknown field ${key}`);
  }
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Effect === undefined) throw malformed("Missing required field Effect");
  if (Effect !== "Allow" && Effect !== "Deny") throw malformed(`Invalid effect: ${String(Effect)}`);
  if (Principal === undefined && NotPrincipal === undefined) throw malformed("Missing required field Principal");
  checkPrincipal(Principal ?? NotPrincipal);
  if (Action === undefined && NotAction === undefined) throw malformed("Missing required field Action");
  for (const action of listOf(Action ?? NotAction)) {
    if (action !== "*" && !/^s3:[A-Za-z*?]+$/i.test(action)) throw malformed("Policy has invalid action");
  }
  if (Resource === undefined && NotResource === undefined) throw malformed("Missing required field Resource");
  for (const resource of listOf(Resource ?? NotResource)) {
    const wild = resource === "*" || resource.startsWith("arn:aws:s3:::*");
    if (!wild && resource !== arn && !resource.startsWith(`${arn}/`)) throw malformed("Policy has invalid resource");
  }
}

function checkPrincipal(principal: unknown): void {
  if (principal === "*") return;
  if (typeof principal !== "object" || principal === null) throw malformed("Invalid policy syntax.");
  for (const [kind, value] of Object.entries(principal)) {
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(kind))
      throw malformed("Invalid principal in policy");
    for (const one of listOf(value)) {
      if (kind === "AWS" && one !== "*" && !/^(\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:.+|A[A-Z0-9]{15,})$/.test(one)) {
        throw malformed("Invalid principal in policy");
      }
    }
  }
}

function parsePolicy(text: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  return document as Readonly<Record<string, unknown>>;
}

function statementsOf(document: Readonly<Record<string, unknown>>): readonly Statement[] {
  const statements = document["Statement"];
  const list: readonly unknown[] = Array.isArray(statements)
    ? statements
    : statements === undefined
      ? []
      : [statements];
  return list.map((statement) => {
    if (typeof statement !== "object" || statement === null) throw malformed("Invalid policy syntax.");
    return statement as Statement;
  });
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function malformed(message: string): ServiceError {
  return new ServiceError("MalformedPolicy", message);
}

export function blocksPublicPolicy(block: PublicAccessBlockConfiguration | undefined): boolean {
  return block?.BlockPublicPolicy === true;
}

/**
 * Whether a policy lets in the world: an Allow for everybody without a condition on a fixed value.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function isPublic(text: string): boolean {
  return statementsOf(parsePolicy(text)).some((statement) => {
    if (statement["Effect"] !== "Allow") return false;
    const principal = statement["Principal"];
    const everybody =
      principal === "*" ||
      (typeof principal === "object" &&
        principal !== null &&
        Object.values(principal).some((value) => listOf(value).includes("*")));
    return everybody && !narrows(statement["Condition"]);
  });
}

const fixing =
  /^(aws:(source(arn|vpc|vpce|account|owner|ip|orgid)|principal(orgid|account|arn)|userid)|s3:x-amz-server-side-encryption-aws-kms-key-id|s3:dataaccesspoint(arn|account))$/i;

function narrows(condition: unknown): boolean {
  if (typeof condition !== "object" || condition === null) return false;
  return Object.entries(condition).some(
    ([operator, keys]) =>
      !/Not/.test(operator) &&
      typeof keys === "object" &&
      keys !== null &&
      Object.entries(keys).some(
        ([key, values]) =>
          fixing.test(key) && listOf(values).every((value) => !/[*?]/.test(value) && !/\/0$/.test(value)),
      ),
  );
}
