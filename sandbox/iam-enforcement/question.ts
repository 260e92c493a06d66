import type { Input } from "../wire/protocol.ts";
import type { AuthorizationRequest } from "./evaluate.ts";

/** A call whose caller is to be judged, and the account that it is made in. */
export interface JudgedCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
}

/** One question before it is given what all questions of a call share. */
export interface Question {
  readonly action: string;
  readonly resource: string;
  /** Keys in any case. */
  readonly context?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export function requestOf(
  question: Question,
  shared: Readonly<Record<string, string | readonly string[]>>,
): AuthorizationRequest {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries({ ...shared, ...question.context })) {
    if (value !== undefined) context.set(key.toLowerCase(), typeof value === "string" ? [value] : value);
  }
  return { action: question.action, resource: question.resource, context };
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export function requestTags(tags: readonly Tag[] | undefined): Record<string, string | readonly string[]> {
  if (tags === undefined || tags.length === 0) return {};
  const keys = tags.map(({ Key = "" }) => Key);
  return {
    ...Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [`aws:RequestTag/${Key}`, Value])),
    "aws:TagKeys": keys,
  };
}

export function resourceTags(tags: readonly Tag[] | undefined, prefix = "aws:ResourceTag"): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [`${prefix}/${Key}`, Value]));
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  return typeof value === "string" ? [value] : [];
}
