/** Tags as most AWS APIs list them, and back. */
export interface ListedTag {
  Key: string;
  Value: string;
}

export function tagsByKey(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries((list ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

export function tagList(tags: Readonly<Record<string, string>>): ListedTag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A value as EC2's filters take it: they know the wildcards * and ?. */
export function literalValue(value: string): string {
  return value.replace(/[\\*?]/g, "\\$&");
}
