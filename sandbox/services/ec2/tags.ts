import type {
  CreateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  ResourceType,
  Tag,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, invalidValue, required } from "./errors.ts";
import { type FilterFields, filterItems } from "./filters.ts";
import { checkIdentifier, IDENTIFIERS, type IdentifierName, kindOfIdentifier, notFound } from "./identifiers.ts";
import { LAUNCH_TEMPLATES } from "./launch-template-state.ts";
import { page } from "./pages.ts";
import type { Ec2State, TagRecord } from "./state.ts";

const MAX_TAGS = 50;
const MAX_KEY = 127;
const MAX_VALUE = 255;

/** A resource's tags, by key; none is an empty list. */
export function tagsOf(state: Ec2State, id: string): TagRecord[] {
  return [...(state.tags[id] ?? [])];
}

/**
 * The tags that a create call asks for, by resource type. A type that the call doesn't make is an error, and so are
 * doubled keys, reserved keys and more than 50 tags.
 */
export function tagsFromSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly ResourceType[],
): ReadonlyMap<ResourceType, readonly TagRecord[]> {
  const byType = new Map<ResourceType, readonly TagRecord[]>();
  for (const specification of specifications ?? []) {
    const type = required(specification.ResourceType, "ResourceType");
    if (!allowed.includes(type)) {
      throw ec2Error("InvalidParameterValue", `'${type}' is not a valid taggable resource type for this operation.`);
    }
    if (byType.has(type)) {
      throw ec2Error("InvalidParameterValue", `Duplicate resource type '${type}' found in tag specifications.`);
    }
    byType.set(type, checkedTags(specification.Tags ?? []));
  }
  return byType;
}

/** Puts checked tags on a resource, over those of the same keys. */
export function setTags(state: Ec2State, id: string, tags: readonly TagRecord[] | undefined): void {
  if (tags === undefined || tags.length === 0) return;
  const merged = new Map([...tagsOf(state, id), ...tags].map((tag) => [tag.Key, tag]));
  if (merged.size > MAX_TAGS) throw tooManyTags();
  state.tags[id] = [...merged.values()].sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

export function CreateTags(input: CreateTagsCommandInput, context: Ec2Context): object {
  const { state } = context;
  const tags = checkedTags(required(input.Tags, "Tags"));
  const resources = existing(input.Resources, context);
  for (const id of resources) {
    const keys = new Set([...tagsOf(state, id), ...tags].map((tag) => tag.Key));
    if (keys.size > MAX_TAGS) throw tooManyTags();
  }
  for (const id of resources) setTags(state, id, tags);
  return {};
}

/** Deletes by key; a value, even an empty one, must match too; without `Tags` every tag that isn't AWS's own goes. */
export function DeleteTags(input: DeleteTagsCommandInput, context: Ec2Context): object {
  const { state } = context;
  for (const id of existing(input.Resources, context)) {
    const goes = (tag: TagRecord): boolean => {
      if (tag.Key.startsWith("aws:")) return false;
      if (input.Tags === undefined || input.Tags.length === 0) return true;
      return input.Tags.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
    };
    const left = tagsOf(state, id).filter((tag) => !goes(tag));
    if (left.length === 0) delete state.tags[id];
    else state.tags[id] = left;
  }
  return {};
}

interface TagRow extends TagRecord {
  readonly id: string;
  readonly type: ResourceType | undefined;
}

const TAG_FILTERS: FilterFields<TagRow> = {
  key: (row) => row.Key,
  "resource-id": (row) => row.id,
  "resource-type": (row) => row.type,
  value: (row) => row.Value,
};

export function DescribeTags(
  input: DescribeTagsCommandInput,
  { state, pageSize }: Ec2Context,
): Answer<DescribeTagsCommandOutput> {
  const rows = Object.entries(state.tags).flatMap(([id, tags]): TagRow[] => {
    const name = kindOfIdentifier(id);
    const type = name === undefined ? undefined : IDENTIFIERS[name].resourceType;
    return tags.map((tag) => ({ ...tag, id, type }));
  });
  const matching = filterItems(rows, input.Filters, TAG_FILTERS, (row) => [row]);
  const limits = { min: 5, max: 1000, pageSize: pageSize ?? 1000 };
  const { items, NextToken } = page(matching, (row) => `${row.id} ${row.Key}`, input, limits);
  const Tags = items.map((row) => ({ ResourceId: row.id, ResourceType: row.type, Key: row.Key, Value: row.Value }));
  return { Tags, NextToken };
}

function checkedTags(tags: readonly Tag[]): readonly TagRecord[] {
  const checked = new Map<string, TagRecord>();
  for (const { Key, Value = "" } of tags) {
    const key = required(Key, "Tag.Key");
    if (key.toLowerCase().startsWith("aws:")) {
      throw ec2Error("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > MAX_KEY) throw invalidValue(key, "Tag.Key", `Keys have up to ${MAX_KEY} characters.`);
    if (Value.length > MAX_VALUE) throw invalidValue(Value, "Tag.Value", `Values have up to ${MAX_VALUE} characters.`);
    if (checked.has(key)) throw ec2Error("InvalidParameterValue", `Duplicate tag key '${key}' specified.`);
    checked.set(key, { Key: key, Value });
  }
  if (checked.size > MAX_TAGS) throw tooManyTags();
  return [...checked.values()];
}

function tooManyTags(): Error {
  return ec2Error("TagLimitExceeded", `More than ${MAX_TAGS} tags specified.`);
}

/** The ids, once each is known to exist: nothing is changed when one isn't. */
function existing(ids: readonly string[] | undefined, context: Ec2Context): readonly string[] {
  const wanted = required(ids, "resourceIdSet");
  if (wanted.length === 0) throw ec2Error("MissingParameter", "The request must contain the parameter resourceIdSet");
  if (wanted.length > 1000) throw invalidValue(wanted.length, "resourceIdSet", "At most 1000 resources.");
  for (const id of wanted) {
    const name = kindOfIdentifier(id);
    if (name === undefined) throw ec2Error("InvalidID", `The ID '${id}' is not valid`);
    checkIdentifier(name, id);
    if (!exists(name, id, context)) throw notFound(name, id);
  }
  return wanted;
}

/** What listings don't see yet can't be tagged either. */
function exists(name: IdentifierName, id: string, context: Ec2Context): boolean {
  const record = tableOf(name, context)?.[id];
  if (record === undefined) return false;
  return !("visibleAt" in record) || typeof record.visibleAt !== "number" || record.visibleAt <= context.clock.now();
}

function tableOf(name: IdentifierName, context: Ec2Context): Readonly<Record<string, object>> | undefined {
  const { state } = context;
  switch (name) {
    case "vpc":
      return state.vpcs;
    case "subnet":
      return state.subnets;
    case "routeTable":
      return state.routeTables;
    case "vpcEndpoint":
      return state.vpcEndpoints;
    case "internetGateway":
      return undefined;
    case "securityGroup":
      return state.securityGroups;
    case "securityGroupRule":
      return state.securityGroupRules;
    case "instance":
      return state.instances;
    case "volume":
      return state.volumes;
    case "snapshot":
      return state.snapshots;
    case "image":
      return state.images;
    case "networkInterface":
      return state.networkInterfaces;
    case "address":
      return state.addresses;
    case "keyPair":
      return state.keyPairs;
    case "launchTemplate":
      return context.stateOf(LAUNCH_TEMPLATES).templates;
    case "spotRequest":
      return state.spotRequests;
  }
}
