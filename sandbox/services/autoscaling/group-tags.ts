import type {
  CreateOrUpdateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  Filter,
  Tag,
  TagDescription,
} from "@aws-sdk/client-auto-scaling";
import type { Answer, AutoScalingContext } from "./context.ts";
import { invalid, required, scalingError } from "./errors.ts";
import { groupNamed, putGroup } from "./group-lookup.ts";
import { page } from "./pages.ts";
import type { GroupTag } from "./state.ts";

const MAX_TAGS = 50;

/** @param group whose tags they must be */
export function checkedTags(tags: readonly Tag[], group: string): readonly GroupTag[] {
  return tags.map(({ Key, Value = "", PropagateAtLaunch = false, ResourceId, ResourceType }) => {
    const key = required(Key, "tags.key");
    if (key.toLowerCase().startsWith("aws:")) throw invalid("Tag keys starting with 'aws:' are reserved.");
    if (key.length > 128 || Value.length > 256) throw invalid(`The tag '${key}' is too long.`);
    if ((ResourceType ?? "auto-scaling-group") !== "auto-scaling-group" || (ResourceId ?? group) !== group) {
      throw invalid(`The tag '${key}' is of another resource.`);
    }
    return { Key: key, Value, PropagateAtLaunch };
  });
}

/** Over those of the same keys, sorted by key. */
export function mergedTags(old: readonly GroupTag[], tags: readonly GroupTag[]): readonly GroupTag[] {
  const merged = new Map([...old, ...tags].map((tag) => [tag.Key, tag]));
  if (merged.size > MAX_TAGS) throw scalingError("LimitExceeded", `A group has up to ${MAX_TAGS} tags.`);
  return [...merged.values()].sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

export function CreateOrUpdateTags(input: CreateOrUpdateTagsCommandInput, context: AutoScalingContext): object {
  const tags = required(input.Tags, "tags");
  const names = new Set(tags.map(({ ResourceId }) => required(ResourceId, "tags.resourceId")));
  for (const name of names) {
    const own = checkedTags(
      tags.filter(({ ResourceId }) => ResourceId === name),
      name,
    );
    const group = groupNamed(name, context);
    putGroup(context, { ...group, tags: mergedTags(group.tags, own) });
  }
  return {};
}

/** By key, and by value where one is given. */
export function DeleteTags(input: DeleteTagsCommandInput, context: AutoScalingContext): object {
  for (const { ResourceId, Key, Value } of required(input.Tags, "tags")) {
    const group = groupNamed(ResourceId, context);
    const kept = group.tags.filter((tag) => tag.Key !== Key || (Value !== undefined && Value !== tag.Value));
    putGroup(context, { ...group, tags: kept });
  }
  return {};
}

export function DescribeTags(
  input: DescribeTagsCommandInput,
  context: AutoScalingContext,
): Answer<DescribeTagsCommandOutput> {
  const rows = Object.values(context.state.groups).flatMap(({ name, tags }) => tags.map((tag) => tagAnswer(tag, name)));
  const matching = rows.filter((row) =>
    (input.Filters ?? []).every(({ Name, Values = [] }) => Values.includes(String(fieldOf(row, Name)))),
  );
  const key = ({ ResourceId, Key }: TagDescription) => `${ResourceId} ${Key}`;
  const { items, NextToken } = page(matching, key, input, { usual: 50, most: 100 }, context.pageSize);
  return { Tags: items, NextToken };
}

function fieldOf(row: TagDescription, name: string | undefined): string | boolean | undefined {
  switch (name) {
    case "auto-scaling-group":
      return row.ResourceId;
    case "key":
      return row.Key;
    case "value":
      return row.Value;
    case "propagate-at-launch":
      return row.PropagateAtLaunch;
    default:
      throw invalid(`The filter '${name}' is not valid.`);
  }
}

export function tagAnswer({ Key, Value, PropagateAtLaunch }: GroupTag, group: string): TagDescription {
  return { ResourceId: group, ResourceType: "auto-scaling-group", Key, Value, PropagateAtLaunch };
}

/** `tag:KEY`, `tag-key` and `tag-value`; values are taken as they are. */
export function matchesTagFilters(tags: readonly GroupTag[], filters: readonly Filter[]): boolean {
  return filters.every(({ Name = "", Values = [] }) => {
    if (Name === "tag-key") return tags.some(({ Key }) => Values.includes(Key));
    if (Name === "tag-value") return tags.some(({ Value }) => Values.includes(Value));
    if (!Name.startsWith("tag:")) throw invalid(`The filter '${Name}' is not valid.`);
    return tags.some(({ Key, Value }) => Key === Name.slice("tag:".length) && Values.includes(Value));
  });
}
