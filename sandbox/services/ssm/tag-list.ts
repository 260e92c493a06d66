import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  RemoveTagsFromResourceCommandInput,
  Tag,
} from "@aws-sdk/client-ssm";
import type { Answer, SsmContext } from "./context.ts";
import { required, ssmError, validation } from "./errors.ts";
import { nameKey } from "./state.ts";
import type { TagRecord } from "./tag-state.ts";

const MAX_TAGS = 50;

export function mergedTags(old: readonly TagRecord[], added: readonly Tag[] | undefined): readonly TagRecord[] {
  const merged = new Map(old.map((tag) => [tag.Key, tag]));
  for (const { Key, Value } of added ?? []) {
    const key = required(Key, "tags.member.key");
    if (/^aws:/i.test(key)) throw validation("Tag keys can't begin with aws:.");
    merged.set(key, { Key: key, Value: required(Value, "tags.member.value") });
  }
  if (merged.size > MAX_TAGS) throw ssmError("TooManyTagsError", "A resource can have at most 50 tags.");
  return [...merged.values()];
}

export function AddTagsToResource(input: AddTagsToResourceCommandInput, context: SsmContext): object {
  change(input, context, (tags) => mergedTags(tags, required(input.Tags, "tags")));
  return {};
}

export function RemoveTagsFromResource(input: RemoveTagsFromResourceCommandInput, context: SsmContext): object {
  const keys = required(input.TagKeys, "tagKeys");
  change(input, context, (tags) => tags.filter((tag) => !keys.includes(tag.Key)));
  return {};
}

export function ListTagsForResource(
  input: ListTagsForResourceCommandInput,
  context: SsmContext,
): Answer<ListTagsForResourceCommandOutput> {
  let found: readonly TagRecord[] = [];
  change(input, context, (tags) => {
    found = tags;
    return tags;
  });
  return { TagList: [...found] };
}

function change(
  { ResourceType: type, ResourceId: id }: ListTagsForResourceCommandInput,
  { state }: SsmContext,
  edit: (tags: readonly TagRecord[]) => readonly TagRecord[],
): void {
  const key = nameKey(required(id, "resourceId"));
  if (type === "Parameter") {
    const parameter = state.parameters[key];
    if (parameter === undefined) throw ssmError("InvalidResourceId", "The resource ID isn't valid.");
    state.parameters[key] = { ...parameter, tags: edit(parameter.tags) };
  } else if (type === "Document") {
    const document = state.documents[key];
    if (document === undefined) throw ssmError("InvalidResourceId", "The resource ID isn't valid.");
    state.documents[key] = { ...document, tags: edit(document.tags) };
  } else {
    throw ssmError("InvalidResourceType", `The sandbox has no tags on resources of type ${type}.`);
  }
}
