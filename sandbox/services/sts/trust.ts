/** Who asks to assume a role. */
export interface TrustRequest {
  readonly arn: string;
  readonly account: string;
  /** Of the role behind the caller's session. */
  readonly roleArn: string | undefined;
  readonly externalId: string | undefined;
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * Whether a trust policy lets an AWS principal in: an allow that fits and no deny. Of conditions only `sts:ExternalId` by
 * StringEquals is understood; any other keeps its allow from fitting, so that nothing passes unread.
 */
export function trusts(document: string, action: string, request: TrustRequest): boolean {
  const parsed = JSON.parse(document) as { readonly Statement?: Statement | readonly Statement[] };
  const fitting = many(parsed.Statement).filter(
    (statement) => many(statement.Action).some((pattern) => covers(pattern, action)) && names(statement, request),
  );
  if (fitting.some((statement) => statement.Effect === "Deny")) return false;
  return fitting.some((statement) => statement.Effect === "Allow" && holds(statement, request));
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

function holds({ Condition: condition }: Statement, { externalId }: TrustRequest): boolean {
  return Object.entries(condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(
      ([key, values]) =>
        operator === "StringEquals" &&
        key.toLowerCase() === "sts:externalid" &&
        externalId !== undefined &&
        many(values).includes(externalId),
    ),
  );
}

function many<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
