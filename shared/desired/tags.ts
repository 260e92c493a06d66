import * as z from "zod/mini";
import type { Finding, Path } from "./problem.ts";
import { unlike } from "./values.ts";

const tagKey =
  "a tag key of up to 128 letters, digits, spaces or _ . : / = + - @, without the prefixes aws: and fleetkeeper:";
const tagValue = "a tag value of up to 256 letters, digits, spaces or _ . : / = + - @";

/** Source: AWS's tagging rules, in the narrow form that every service takes. */
export const tagsSchema = z
  .record(
    z
      .string({ error: tagKey })
      .check(
        z.regex(/^(?![aA][wW][sS]:|fleetkeeper:).{1,128}$/, { error: tagKey, abort: true }),
        unlike(/[^\p{L}\p{Zs}\p{N}_.:/=+\-@]/u, tagKey),
      ),
    z
      .string({ error: tagValue })
      .check(z.maxLength(256, { error: tagValue, abort: true }), unlike(/[^\p{L}\p{Zs}\p{N}_.:/=+\-@]/u, tagValue)),
  )
  .check(
    z.refine((tags) => Object.keys(tags).length <= 40, { error: "at most 40 tags (AWS allows 50, ours included)" }),
  );

/** AWS treats tag keys with case, but IAM and billing reports don't: two that differ in case alone fail on roles. */
export function checkTags(tags: Readonly<Record<string, string>>): Finding[] {
  const seen = new Map<string, string>();
  return Object.keys(tags).flatMap((key): Finding[] => {
    const first = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), key);
    const path: Path = ["spec", "tags", key];
    if (key === "Name") {
      return [{ severity: "error", path, at: "key", message: "Name is set by Fleetkeeper on each resource" }];
    }
    if (first === undefined) return [];
    return [
      {
        severity: "error",
        path,
        at: "key",
        message: `differs from ${first} in case alone, which IAM refuses`,
        expected: "one of the two",
      },
    ];
  });
}
