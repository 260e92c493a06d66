import { GitLabError, type GitLabRequest } from "./message.ts";
import type { AccessToken } from "./state.ts";

/** @param scopes one of which the token must have; `api` has them all. Empty: any token. */
export function userOf(
  { headers }: GitLabRequest,
  tokens: readonly AccessToken[],
  now: number,
  scopes: readonly string[],
  role: "admin" | "any",
): AccessToken {
  const value = headers["private-token"] ?? /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1];
  const token = tokens.find((known) => known.value === value);
  if (token === undefined) throw new GitLabError(401, { message: "401 Unauthorized" });
  if (token.revoked) throw oauth(401, "invalid_token", "Token was revoked. You have to re-authorize from the user.");
  if (token.expiresAt !== null && token.expiresAt <= now) {
    throw oauth(401, "invalid_token", "Token is expired. You can either do re-authorization or token refresh.");
  }
  if (scopes.length > 0 && ![...scopes, "api"].some((scope) => token.scopes.includes(scope))) {
    throw oauth(403, "insufficient_scope", "The request requires higher privileges than provided by the access token.");
  }
  if (role === "admin" && !token.admin) throw new GitLabError(403, { message: "403 Forbidden" });
  return token;
}

function oauth(status: number, error: string, description: string): GitLabError {
  return new GitLabError(status, { error, error_description: description });
}
