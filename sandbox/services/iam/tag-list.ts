import type { Tag } from "@aws-sdk/client-iam";
import { constraint, iamError, required } from "./errors.ts";
import type { TagRecord } from "./state.ts";

const MAX_TAGS = 50;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Checked tags over old ones. Keys that differ in case alone are the same key. */
export function mergedTags(
  old: readonly TagRecord[],
  added: readonly Tag[] | undefined,
  quota: "TagsPerRole" | "TagsPerInstanceProfile" | "TagsPerManagedPolicy",
): readonly TagRecord[] {
  const checked = (added ?? []).map(checkedTag);
  const keys = new Set(checked.map((tag) => tag.Key.toLowerCase()));
  if (keys.size < checked.length) {
    throw iamError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  }
  const merged = [...old.filter((tag) => !keys.has(tag.Key.toLowerCase())), ...checked];
  if (merged.length > MAX_TAGS) throw iamError("LimitExceeded", `Cannot exceed quota for ${quota}: ${MAX_TAGS}`);
  return merged;
}

export function withoutTags(old: readonly TagRecord[], keys: readonly string[] | undefined): readonly TagRecord[] {
  const going = new Set(required(keys, "tagKeys").map((key) => key.toLowerCase()));
  return old.filter((tag) => !going.has(tag.Key.toLowerCase()));
}

function checkedTag({ Key, Value }: Tag, index: number): TagRecord {
  const key = required(Key, `tags.${index + 1}.member.key`);
  const value = required(Value, `tags.${index + 1}.member.value`);
  if (key.length < 1 || key.length > 128) {
    throw constraint(key, `tags.${index + 1}.member.key`, "have length less than or equal to 128");
  }
  if (value.length > 256) {
    throw constraint(value, `tags.${index + 1}.member.value`, "have length less than or equal to 256");
  }
  for (const [text, member] of [
    [key, "key"],
    [value, "value"],
  ] as const) {
    if (!CHARACTERS.test(text)) {
      throw constraint(
        text,
        `tags.${index + 1}.member.${member}`,
        "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
      );
    }
  }
  if (key.toLowerCase().startsWith("aws:")) {
    throw iamError("InvalidInput", "Tag keys starting with 'aws:' are reserved for internal use.");
  }
  return { Key: key, Value: value };
}
