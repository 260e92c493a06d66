import { Failure } from "../../engine/failure.ts";
import { secretMark } from "../common/host-request.ts";

/** A literal, or the name of a secret whose value the host puts in its place. */
export type RubyValue =
  | string
  | number
  | boolean
  | SecretValue
  | readonly RubyValue[]
  | { readonly [key: string]: RubyValue };

/** @param secret its full name in Parameter Store */
export class SecretValue {
  readonly secret: string;

  constructor(secret: string) {
    this.secret = secret;
  }
}

/**
 * A value as a Ruby literal in ASCII. Nothing in it is ever evaluated: `#` would begin an interpolation and is escaped, and so
 * is whatever isn't plain ASCII. An `@` after another could begin one of our marks of secrets.
 */
export function rubyLiteral(value: RubyValue): string {
  if (value instanceof SecretValue) return secretMark(value.secret, "ruby");
  if (typeof value === "string") return rubyText(value);
  if (typeof value === "number") return rubyNumber(value);
  if (typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(rubyLiteral).join(", ")}]`;
  const members = Object.entries(value).map(([key, member]) => `${rubyText(key)} => ${rubyLiteral(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function isList(value: RubyValue): value is readonly RubyValue[] {
  return Array.isArray(value);
}

function rubyText(text: string): string {
  const escaped = text.replace(/[\\"#]|@(?=@)|[^ -~]/gu, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    if (char === "\\" || char === '"' || char === "#") return `\\${char}`;
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return `"${escaped}"`;
}

function rubyNumber(value: number): string {
  if (Number.isFinite(value)) return String(value).replace(/^(-?\d+)e/, "$1.0e");
  throw new Failure({ code: "BadNumber", class: "terminal", message: `${value} is no number that Ruby can be given` });
}
