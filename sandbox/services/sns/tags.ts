import type {
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from "@aws-sdk/client-sns";
import { ServiceError } from "../../service-error.ts";
import { resourceMissing } from "./errors.ts";
import type { SnsContext, TopicRecord } from "./state.ts";
import { topicOf } from "./topic-lookup.ts";

const mostTags = 50;

/** @see https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
export function TagResource({ ResourceArn, Tags = [] }: TagResourceCommandInput, context: SnsContext) {
  const topic = taggedTopic(ResourceArn, "TagResource", context);
  const given = new Map(Tags.map(({ Key = "", Value = "" }) => [Key, { Key, Value }]));
  const tags = [...topic.tags.filter(({ Key }) => !given.has(Key)), ...given.values()];
  if (tags.length > mostTags) {
    throw new ServiceError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded");
  }
  topic.tags = tags;
  return {};
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html */
export function UntagResource({ ResourceArn, TagKeys = [] }: UntagResourceCommandInput, context: SnsContext) {
  const topic = taggedTopic(ResourceArn, "UntagResource", context);
  topic.tags = topic.tags.filter(({ Key }) => !TagKeys.includes(Key));
  return {};
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html */
export function ListTagsForResource({ ResourceArn }: ListTagsForResourceCommandInput, context: SnsContext) {
  return { Tags: taggedTopic(ResourceArn, "ListTagsForResource", context).tags.map((tag) => ({ ...tag })) };
}

function taggedTopic(arn: string | undefined, action: string, context: SnsContext): TopicRecord {
  try {
    return topicOf(arn, action, context);
  } catch (error) {
    throw error instanceof ServiceError && error.code === "NotFound" ? resourceMissing() : error;
  }
}
