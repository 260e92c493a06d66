import type { IamContext } from "./context.ts";
import { constraint, malformed } from "./errors.ts";
import { checkTrustPrincipal } from "./trust-principal.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Members = { readonly [key: string]: Json };

const OPERATORS =
  /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Numeric(?:NotEquals|Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Date(?:NotEquals|Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like)|Null)(?:IfExists)?$/;
const STATEMENT_FIELDS = new Set([
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
 * Checks a document as IAM does when it is stored and returns it unchanged.
 * Source: "Grammar of the IAM JSON policy language" in the IAM User Guide.
 * @throws MalformedPolicyDocument
 */
export function checkIdentityPolicy(document: string, member = "policyDocument"): string {
  for (const statement of statements(document, member)) {
    if ("Principal" in statement || "NotPrincipal" in statement) {
      throw malformed("Policy document should not specify a principal.");
    }
    checkActions(statement);
    const resources = list(statement["Resource"] ?? statement["NotResource"]);
    if (resources.length === 0) throw malformed("Policy statement must contain resources.");
    for (const resource of resources) {
      if (resource !== "*" && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:./.test(resource)) {
        throw malformed(`Resource ${resource} must be in ARN format or "*".`);
      }
    }
  }
  return document;
}

/** A role's trust policy: principals instead of resources, and actions of STS alone. */
export function checkTrustPolicy(document: string, context: IamContext): string {
  for (const statement of statements(document, "assumeRolePolicyDocument")) {
    if ("Resource" in statement || "NotResource" in statement) throw malformed("Has prohibited field Resource");
    const principal = statement["Principal"] ?? statement["NotPrincipal"];
    if (principal === undefined) throw malformed("Missing required field Principal");
    checkTrustPrincipal(principal, context);
    for (const action of checkActions(statement)) {
      if (!/^(?:sts:|\*$)/i.test(action)) {
        throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
      }
    }
  }
  return document;
}

/** What counts against IAM's size quotas: white space doesn't. */
export function policySize(document: string): number {
  return document.replace(/\s/g, "").length;
}

/** As IAM answers documents: percent-encoded by RFC 3986. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function statements(document: string, member: string): Members[] {
  if (document.length < 1) throw constraint(document, member, "have length greater than or equal to 1");
  if (!/^[\t\n\r\u0020-\u00ff]+$/.test(document)) {
    throw constraint(document, member, "satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+");
  }
  const parsed = parse(document);
  const version = parsed["Version"];
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
    throw malformed("Syntax errors in policy.");
  }
  for (const key of Object.keys(parsed)) {
    if (key !== "Version" && key !== "Id" && key !== "Statement") throw malformed("Syntax errors in policy.");
  }
  const raw = parsed["Statement"];
  const all = Array.isArray(raw) ? (raw as readonly Json[]) : raw === undefined ? [] : [raw];
  if (all.length === 0) throw malformed("Syntax errors in policy.");
  const ids = new Set<string>();
  return all.map((entry) => {
    if (!isMembers(entry)) throw malformed("Syntax errors in policy.");
    for (const key of Object.keys(entry)) {
      if (!STATEMENT_FIELDS.has(key)) throw malformed("Syntax errors in policy.");
    }
    const { Sid: sid, Effect: effect, Condition: condition } = entry;
    if (effect !== "Allow" && effect !== "Deny") throw malformed("Syntax errors in policy.");
    if (sid !== undefined) {
      if (typeof sid !== "string" || !/^[0-9A-Za-z]*$/.test(sid)) {
        throw malformed(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        );
      }
      if (sid !== "" && ids.has(sid)) throw malformed("Statement IDs (SID) in a single policy must be unique.");
      ids.add(sid);
    }
    if (condition !== undefined) checkCondition(condition);
    return entry;
  });
}

function parse(document: string): Members {
  let parsed: Json;
  try {
    parsed = JSON.parse(document) as Json;
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  if (!isMembers(parsed)) throw malformed("Syntax errors in policy.");
  return parsed;
}

function checkActions(statement: Members): readonly string[] {
  if (statement["Action"] !== undefined && statement["NotAction"] !== undefined) {
    throw malformed("Syntax errors in policy.");
  }
  const actions = list(statement["Action"] ?? statement["NotAction"]);
  if (actions.length === 0) throw malformed("Policy statement must contain actions.");
  for (const action of actions) {
    if (action !== "*" && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/i.test(action)) {
      throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
  }
  return actions;
}

function checkCondition(condition: Json): void {
  if (!isMembers(condition)) throw malformed("Syntax errors in policy.");
  for (const [operator, keys] of Object.entries(condition)) {
    if (!OPERATORS.test(operator)) throw malformed(`Invalid Condition type : ${operator}.`);
    if (!isMembers(keys)) throw malformed("Syntax errors in policy.");
    for (const [key, values] of Object.entries(keys)) {
      if (!key.includes(":"))
        throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      const all = Array.isArray(values) ? (values as readonly Json[]) : [values];
      if (all.some((value) => value === null || typeof value === "object")) throw malformed("Syntax errors in policy.");
    }
  }
}

export function list(value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  const all = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return all.map((entry) => {
    if (typeof entry !== "string") throw malformed("Syntax errors in policy.");
    return entry;
  });
}

function isMembers(value: Json): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
