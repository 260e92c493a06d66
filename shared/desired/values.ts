import * as z from "zod/mini";

/*
 * Value types that several sections share. Every message completes "expected ...", for the finding puts what stands in the
 * file beside it.
 */

/** Text on one line, without control characters. Anything else printable is allowed: it is data, never pasted into code. */
export function line(max = 255) {
  return z
    .string()
    .check(
      z.minLength(1, { error: "some text", abort: true }),
      z.maxLength(max, { error: `at most ${max} characters` }),
      unlike(/[\p{Cc}\p{Cs}\u2028\u2029]/u, "text on one line, without control characters"),
    );
}

/** A check that stays out of the JSON Schema: Unicode classes are not portable between its validators. */
export function unlike(pattern: RegExp, expected: string) {
  return z.refine<string>((text) => !pattern.test(text), { error: expected });
}

/** @param expected completes "expected ...", with an example */
export function matching(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).check(z.regex(pattern, { error: expected }));
}

export function wholeNumber(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
}

export function port() {
  return wholeNumber(1, 65535);
}

/** `vpc-0a1b2c3d4e5f60718`: a prefix and 8 or 17 hexadecimal digits. */
export function awsId(prefix: "vpc" | "subnet" | "ami" | "eipalloc" | "sg") {
  return matching(
    new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`),
    `an id such as ${prefix}-0a1b2c3d4e5f60718 (8 or 17 hexadecimal digits)`,
  );
}

/** A zone that this machine's time zone data knows. */
export function timeZone() {
  return z
    .string()
    .check(z.refine(isTimeZone, { error: "a time zone of the IANA database, such as Europe/Berlin or UTC" }));
}

export function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are accepted by Intl, but know no daylight saving and no tool on the host.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** In the file RFC 3339 with its offset, in the fleet epoch milliseconds. */
export function instant() {
  const error = "a time with its offset, such as 2026-12-01T06:00:00Z";
  return z.pipe(
    z.string({ error }).check(
      z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/, {
        error,
        abort: true,
      }),
      z.refine((text) => !Number.isNaN(Date.parse(text)), { error: "a date and time that exist" }),
    ),
    z.transform((text: string) => Date.parse(text)),
  );
}

/** The name of a SecureString under the fleet's secret path: `smtp-password`, `runner/api-token`. Never the secret itself. */
export function secretName() {
  return matching(
    /^[A-Za-z0-9_.-]{1,64}(?:\/[A-Za-z0-9_.-]{1,64}){0,4}$/,
    "the name of a SecureString under the fleet's path in Parameter Store, such as smtp-password (never the secret itself)",
  );
}

const keyName = "alias/[A-Za-z0-9/_-]{1,250}";
const keyId = "(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";
const kmsKeyShape = new RegExp(
  `^(?:${keyName}|${keyId}|arn:aws(?:-[a-z]+)*:kms:[a-z0-9-]+:[0-9]{12}:(?:${keyName}|key/${keyId}))$`,
);

/** KMS keys as AWS takes them: key id, key ARN, `alias/name` or alias ARN. */
export function kmsKey() {
  return matching(kmsKeyShape, "alias/NAME, the ARN of a key or of an alias, or a key id");
}

/** A host name of one label or more, or an IPv4 address. */
export function host() {
  return matching(
    /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    "a host name such as gitlab.example.com",
  );
}
