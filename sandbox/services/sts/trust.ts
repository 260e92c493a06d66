import { holds } from "../../iam-enforcement/condition.ts";
import type { RequestContext } from "../../iam-enforcement/pattern.ts";

/** Who asks to assume a role. */
export interface TrustRequest {
  readonly arn: string;
  readonly account: string;
  /** Of the role behind the caller's session. */
  readonly roleArn: string | undefined;
  readonly externalId: string | undefined;
  /** Tags that the session would get. */
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Whether a trust policy lets an AWS principal in: an allow that fits, conditions and all, and no deny. */
export function trusts(document: string, action: string, request: TrustRequest): boolean {
  const parsed = JSON.parse(document) as { readonly Statement?: Statement | readonly Statement[] };
  const fitting = many(parsed.Statement).filter(
    (statement) => many(statement.Action).some((pattern) => covers(pattern, action)) && names(statement, request),
  );
  if (fitting.some((statement) => statement.Effect === "Deny")) return false;
  return fitting.some((statement) => statement.Effect === "Allow" && holds(statement.Condition, contextOf(request)));
}

function covers(pattern: string, action: string): boolean {
  const text = pattern.toLowerCase();
  return text.endsWith("*") ? action.toLowerCase().startsWith(text.slice(0, -1)) : text === action.toLowerCase();
}

function names({ Principal: principal }: Statement, { arn, account, roleArn }: TrustRequest): boolean {
  if (principal === "*") return true;
  if (principal === undefined || typeof principal === "string") return false;
  return many(principal["AWS"]).some(
    (name) =>
      name === "*" ||
      name === account ||
      name === arn ||
      name === roleArn ||
      (name.endsWith(":root") && name.includes(`::${account}:`)),
  );
}

/** No call here is made with a second factor, so a condition on one doesn't hold. */
function contextOf({ arn, account, externalId, tags }: TrustRequest): RequestContext {
  const context = new Map<string, readonly string[]>([
    ["aws:principalarn", [arn]],
    ["aws:principalaccount", [account]],
    ...tags.map(({ Key, Value }) => [`aws:requesttag/${Key.toLowerCase()}`, [Value]] as const),
  ]);
  if (externalId !== undefined) context.set("sts:externalid", [externalId]);
  if (tags.length > 0)
    context.set(
      "aws:tagkeys",
      tags.map(({ Key }) => Key),
    );
  return context;
}

function many<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
