import { canonicalJson, type Json, type JsonObject } from "../../engine/json.ts";

/**
 * Policy documents by meaning, for IAM and S3. AWS stores a document as it was sent or rewritten (one value for a list,
 * account ids as root ARNs, URL-encoded), so texts are never compared.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and its grammar page.
 */
export type PolicyDocument = {
  readonly Version: string;
  readonly Statement: readonly Statement[];
};

/** Lists sorted and without doubles, whatever stood there; elements that we don't know stay as they are. */
export type Statement = { readonly [element: string]: Json };

/** A document as observed. One that can't be read is kept as text: it differs from every document of ours. */
export type Policy = PolicyDocument | { readonly Unreadable: string };

/** What a document without a version means: the old language, which knows no policy variables. */
const oldVersion = "2008-10-17";

const listElements = ["Action", "NotAction", "Resource", "NotResource"];
const principalElements = ["Principal", "NotPrincipal"];

/** @param text as AWS gives it: JSON, or JSON percent-encoded by RFC 3986 (IAM's answers) */
export function parsePolicy(text: string): Policy {
  const value = readJson(text) ?? readJson(decoded(text));
  return value === undefined ? { Unreadable: text } : tidyPolicy(value);
}

export function renderPolicy(policy: PolicyDocument): string {
  return JSON.stringify({ Version: policy.Version, Statement: policy.Statement });
}

/** The normal form. Tidying twice changes nothing. */
export function tidyPolicy(value: JsonObject): PolicyDocument {
  const statements = listOf(value["Statement"]).filter(isObject).map(tidyStatement);
  const byKey = new Map(statements.map((statement) => [canonicalJson(statement), statement]));
  return {
    Version: typeof value["Version"] === "string" ? value["Version"] : oldVersion,
    Statement: [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, statement]) => statement),
  };
}

function tidyStatement(statement: JsonObject): Statement {
  const tidy: Record<string, Json> = {};
  for (const element of Object.keys(statement).sort()) {
    const value = tidyElement(element, statement[element] ?? null);
    if (value !== undefined) tidy[element] = value;
  }
  return tidy;
}

function tidyElement(element: string, value: Json): Json | undefined {
  if (listElements.includes(element)) return sortedTexts(value);
  if (principalElements.includes(element)) return tidyPrincipal(value);
  if (element === "Condition") return tidyCondition(value);
  if (element === "Sid" && value === "") return undefined;
  return value;
}

function tidyPrincipal(value: Json): Json {
  if (!isObject(value)) return { AWS: sortedTexts(value) };
  const tidy: Record<string, Json> = {};
  for (const type of Object.keys(value).sort()) {
    const names = sortedTexts(value[type] ?? null);
    tidy[type] = type === "AWS" ? sortedTexts(names.map(accountOfRoot)) : names;
  }
  return tidy;
}

/** An account can be written as its id or as its root's ARN; AWS makes the second of the first. */
function accountOfRoot(principal: string): string {
  return /^arn:[a-z-]+:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;
}

function tidyCondition(value: Json): Json | undefined {
  if (!isObject(value)) return value;
  const tidy: Record<string, Json> = {};
  for (const operator of Object.keys(value).sort()) {
    const keys = value[operator];
    if (!isObject(keys) || Object.keys(keys).length === 0) continue;
    const truth = /(^|:)(Bool|Null)(IfExists)?$/.test(operator);
    tidy[operator] = Object.fromEntries(
      Object.keys(keys)
        .sort()
        .map((key) => {
          const values = sortedTexts(keys[key] ?? null);
          return [key, truth ? sortedTexts(values.map((each) => each.toLowerCase())) : values];
        }),
    );
  }
  return Object.keys(tidy).length === 0 ? undefined : tidy;
}

/**
 * Equal for statements that mean the same. A Sid only names; action names and condition keys know no case
 * (resources and condition values do).
 */
export function statementMeaning(statement: Statement): string {
  const meaning: Record<string, Json> = {};
  for (const [element, value] of Object.entries(statement)) {
    if (element === "Sid") continue;
    if (element === "Action" || element === "NotAction") {
      meaning[element] = sortedTexts(sortedTexts(value).map((action) => action.toLowerCase()));
    } else if (element === "Condition" && isObject(value)) {
      meaning[element] = Object.entries(value).map(([operator, keys]) => [
        operator,
        // A list, for two keys that differ by case only are two tests, not one.
        isObject(keys)
          ? Object.entries(keys)
              .map(([key, values]) => canonicalJson([key.toLowerCase(), values]))
              .sort()
          : keys,
      ]);
    } else meaning[element] = value;
  }
  return canonicalJson(meaning);
}

export function samePolicy(a: Policy, b: Policy): boolean {
  if ("Unreadable" in a || "Unreadable" in b) return canonicalJson(a) === canonicalJson(b);
  return a.Version === b.Version && meanings(a) === meanings(b);
}

function meanings(policy: PolicyDocument): string {
  return [...new Set(policy.Statement.map(statementMeaning))].sort().join("\n");
}

function readJson(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Numbers and booleans as AWS stores them: as text. */
function sortedTexts(value: Json): readonly string[] {
  return [...new Set(listOf(value).map((each) => (typeof each === "string" ? each : canonicalJson(each))))].sort();
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
