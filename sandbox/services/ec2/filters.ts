import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { ec2Error } from "./errors.ts";

/** For each filter name, the values that a resource has; several for a list-valued one. */
export type FilterFields<T> = Readonly<
  Record<string, (item: T) => string | number | boolean | undefined | readonly (string | undefined)[]>
>;

const MAX_VALUES = 200;

/**
 * Keeps what matches every filter; a filter matches if any of its values does. `*` stands for any text, `?` for one
 * character, a backslash takes either literally; case matters. `tag:KEY` and `tag-key` work wherever `tagsOf` is given.
 * Source: "List and filter your resources" in the EC2 User Guide.
 */
export function filterItems<T>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
  tagsOf?: (item: T) => readonly Tag[],
): T[] {
  let kept = [...items];
  for (const filter of filters ?? []) {
    const name = filter.Name ?? "";
    const values = filter.Values ?? [];
    if (values.length > MAX_VALUES) {
      throw ec2Error(
        "FilterLimitExceeded",
        `The maximum number of filter values specified on a single call is ${MAX_VALUES}`,
      );
    }
    const patterns = values.map(wildcard);
    const read = readerOf(name, fields, tagsOf);
    kept = kept.filter((item) => {
      const has = read(item);
      return patterns.some((pattern) => has.some((value) => pattern.test(value)));
    });
  }
  return kept;
}

function readerOf<T>(
  name: string,
  fields: FilterFields<T>,
  tagsOf: ((item: T) => readonly Tag[]) | undefined,
): (item: T) => string[] {
  if (tagsOf !== undefined) {
    if (name.startsWith("tag:")) {
      const key = name.slice("tag:".length);
      return (item) => strings(tagsOf(item).find((tag) => tag.Key === key)?.Value);
    }
    if (name === "tag-key") return (item) => strings(tagsOf(item).map((tag) => tag.Key));
    if (name === "tag-value") return (item) => strings(tagsOf(item).map((tag) => tag.Value));
  }
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw ec2Error("InvalidParameterValue", `The filter '${name}' is invalid`);
  return (item) => strings(field(item));
}

function strings(value: string | number | boolean | undefined | readonly (string | undefined)[]): string[] {
  if (value === undefined) return [];
  if (typeof value === "object") return value.filter((entry) => entry !== undefined);
  return [String(value)];
}

function wildcard(text: string): RegExp {
  let source = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && at + 1 < text.length) source += literal(text.charAt(++at));
    else if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else source += literal(character);
  }
  return new RegExp(`^${source}$`, "s");
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
}
