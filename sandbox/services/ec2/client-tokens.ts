import { createHash } from "node:crypto";
import type { Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";

/**
 * Runs a creating call once for each client token: the same token and parameters give what the first call made; other
 * parameters are an error. Source: "Ensuring idempotency in Amazon EC2 API requests".
 * @returns the ids of what was made
 * @throws IdempotentParameterMismatch
 */
export function idempotent(
  operation: string,
  input: { readonly ClientToken?: string | undefined },
  { state }: Ec2Context,
  create: () => readonly string[],
): readonly string[] {
  const { ClientToken: token, ...parameters } = input;
  if (token === undefined || token === "") return create();
  if (token.length > 64) {
    throw ec2Error("InvalidParameterValue", "The client token is longer than 64 characters.");
  }
  const key = `${operation} ${token}`;
  const digest = digestOf(parameters);
  const known = state.clientTokens[key];
  if (known !== undefined) {
    if (known.digest === digest) return known.ids;
    throw ec2Error(
      "IdempotentParameterMismatch",
      "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    );
  }
  const ids = create();
  state.clientTokens[key] = { digest, ids };
  return ids;
}

/** Forgets a token once the last of the instances that it made is forgotten. */
export function forgetToken(operation: string, token: string, { state }: Ec2Context): void {
  const key = `${operation} ${token}`;
  const ids = state.clientTokens[key]?.ids ?? [];
  if (ids.every((id) => state.instances[id] === undefined)) delete state.clientTokens[key];
}

function digestOf(parameters: object): string {
  return createHash("sha256").update(stable(parameters)).digest("hex");
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (value instanceof Date) return JSON.stringify(value);
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stable(member)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
