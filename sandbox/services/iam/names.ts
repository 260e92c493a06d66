import { constraint, iamError, required } from "./errors.ts";

const NAME = /^[\w+=,.@-]+$/;
const PATH = /^(?:\/|\/[\u0021-\u007f]+\/)$/;
const TEXT = /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/;

/** A role's, profile's or policy's name. Source: IAM API reference, the parameters' patterns and lengths. */
export function checkedName(value: string | undefined, member: string, most: number): string {
  const name = required(value, member);
  if (name.length < 1) throw constraint(name, member, "have length greater than or equal to 1");
  if (name.length > most) throw constraint(name, member, `have length less than or equal to ${most}`);
  if (!NAME.test(name)) throw constraint(name, member, "satisfy regular expression pattern: [\\w+=,.@-]+");
  return name;
}

export function checkedPath(value: string | undefined): string {
  const path = value ?? "/";
  if (path.length > 512) throw constraint(path, "path", "have length less than or equal to 512");
  if (!PATH.test(path)) {
    throw iamError(
      "ValidationError",
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    );
  }
  return path;
}

export function checkedPathPrefix(value: string | undefined): string {
  const prefix = value ?? "/";
  if (!/^\/[\u0021-\u007f]*$/.test(prefix)) {
    throw iamError("ValidationError", "The specified value for pathPrefix is invalid. It must begin with /.");
  }
  return prefix;
}

/** A description: Latin-1 without control characters, which leaves out an em dash or a curly quote. */
export function checkedDescription(value: string | undefined): { description?: string } {
  if (value === undefined || value === "") return {};
  if (value.length > 1000) throw constraint(value, "description", "have length less than or equal to 1000");
  if (!TEXT.test(value)) {
    throw constraint(
      value,
      "description",
      "satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
    );
  }
  return { description: value };
}

/** Seconds. */
export function checkedSessionDuration(value: number | undefined): number {
  const seconds = value ?? 3600;
  if (seconds < 3600) throw constraint(seconds, "maxSessionDuration", "have value greater than or equal to 3600");
  if (seconds > 43200) throw constraint(seconds, "maxSessionDuration", "have value less than or equal to 43200");
  return seconds;
}
