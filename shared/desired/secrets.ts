import type { Json } from "../engine/json.ts";
import type { Finding, Path } from "./problem.ts";

/** Texts that are secrets by their form. Sources: GitLab's token overview, AWS's access key prefixes, GitHub, Slack. */
const forms: readonly { readonly what: string; readonly form: RegExp }[] = [
  { what: "a GitLab token", form: /\bgl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct|wt)-[A-Za-z0-9_.-]{8,}/g },
  { what: "a GitLab registration token", form: /\bGR1348941[A-Za-z0-9_-]{8,}/g },
  { what: "an AWS access key", form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { what: "a private key", form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/g },
  { what: "a GitHub token", form: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g },
  { what: "a Slack token", form: /\bxox[abeoprs]-[A-Za-z0-9-]{8,}/g },
  { what: "a Slack webhook", form: /\bhooks\.slack\.com\/services\/[A-Za-z0-9/]{8,}/g },
  { what: "a JSON web token", form: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g },
  { what: "a password in a URL", form: /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:)[^\s/:@"'$][^\s/@"']*(?=@)/g },
];

/** snake_case names whose value is a secret, such as `smtp_password`; not `token_endpoint` or `secret_file`. */
const secretName =
  /(?:^|[_-])(?:password|passwd|passphrase|secret|secrets|token|credential|credentials|api_?key|access_?key|secret_?key|private_?key|key_base|encryption_?key|signing_?key|bind_?pw|otp_key)(?:$|[_-](?!file|path|dir|directory|endpoint|url|uri|ttl|expir|length|enabled|field|type|name|algorithm|method|id\b|timeout|size|limit))/i;
const environmentEntry =
  /^[A-Za-z0-9_]*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)[A-Za-z0-9_]*=(?!\$|$)/i;
const secretLine =
  /((?:password|passwd|passphrase|secret|token|credentials?|api_?key|access_?key|secret_?key|private_?key|key_base|encryption_?key|bind_?pw)["']?\]?\s*(?::\s+|=>?\s*))(\S.*)$/i;

/** `smtp_password`, `SessionToken`; not our own fields that end in `Secret`, which hold the name of one. */
export function isSecretName(name: string): boolean {
  if (/[a-z]Secrets?$/.test(name)) return false;
  return secretName.test(name.replace(/([a-z])([A-Z])/g, "$1_$2"));
}

/** Whether a text holds something that is a secret by its form. */
export function looksSecret(text: string): boolean {
  return forms.some(({ form }) => text.search(form) >= 0) || environmentEntry.test(text);
}

/** Secrets by their form anywhere in a file, comments included. */
export function secretsIn(text: string): { what: string; start: number; end: number }[] {
  return forms.flatMap(({ what, form }) =>
    [...text.matchAll(form)].map((match) => ({ what, start: match.index, end: match.index + match[0].length })),
  );
}

/** One line of a file with what may be a secret starred out, in place, so that a caret below still points right. */
export function maskLine(line: string): string {
  let masked = line;
  for (const { form } of forms) masked = masked.replace(form, (secret) => "*".repeat(secret.length));
  masked = masked.replace(secretLine, (_, name: string, value: string) => name + "*".repeat(value.length));
  // The body of a PEM block, or a bare key: nothing else in a fleet file is this long without a space.
  return masked.replace(/[A-Za-z0-9+/=]{40,}/g, (body) => (/^[a-z/]*$/.test(body) ? body : "*".repeat(body.length)));
}

/** Secrets by the name they stand under, in the free-form parts (Omnibus settings, extra configuration, environments). */
export function checkSecretNames(data: Json, path: Path = []): Finding[] {
  if (typeof data === "string") {
    return environmentEntry.test(data) ? [secretFinding(path, "an environment variable that looks like a secret")] : [];
  }
  if (data === null || typeof data !== "object") return [];
  if (Array.isArray(data)) return data.flatMap((item: Json, index) => checkSecretNames(item, [...path, index]));
  return Object.entries(data).flatMap(([key, value]) =>
    // Names of secrets, by the variable or the setting that each one becomes.
    key === "environmentSecrets" || key === "omnibusSecrets"
      ? []
      : typeof value === "string" && value !== "" && isSecretName(key)
        ? [secretFinding([...path, key], "a setting whose value is a secret")]
        : checkSecretNames(value, [...path, key]),
  );
}

export function secretFinding(path: Path, what: string): Finding {
  return {
    severity: "error",
    path,
    message: `${what}; no secret may be in the file`,
    hint: "Put it into Parameter Store as a SecureString under the fleet's path, and give its name where the file has a field for one. What was in git counts as known: change it.",
  };
}
