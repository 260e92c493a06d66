import type {
  CreateTopicCommandInput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListTopicsCommandInput,
  SetTopicAttributesCommandInput,
} from "@aws-sdk/client-sns";
import { invalidParameter, notModelled } from "./errors.ts";
import type { SnsContext, TopicRecord, TopicTag } from "./state.ts";
import { topicOf } from "./topic-lookup.ts";

const mostInPage = 100;
const settable = new Set(["DisplayName", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"]);

/**
 * Answers the topic that is there already, if it is asked for as it was made.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
 */
export function CreateTopic(input: CreateTopicCommandInput, context: SnsContext) {
  const { state, partition, region, account, clock } = context;
  const { Name: name = "", Attributes: attributes = {} } = input;
  if (name.endsWith(".fifo") || attributes["FifoTopic"] === "true") throw notModelled("FIFO topics");
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter("Topic Name");
  for (const key of Object.keys(attributes))
    if (!settable.has(key)) throw invalidParameter(`Attributes Reason: ${key}`);
  const tags = (input.Tags ?? []).map(({ Key = "", Value = "" }): TopicTag => ({ Key, Value }));
  const known = Object.hasOwn(state.topics, name) ? state.topics[name] : undefined;
  if (known !== undefined) {
    if (Object.entries(attributes).some(([key, value]) => known.attributes[key] !== value)) {
      throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
    }
    if (tags.some(({ Key, Value }) => !known.tags.some((tag) => tag.Key === Key && tag.Value === Value))) {
      throw invalidParameter("Tags Reason: Topic already exists with different tags");
    }
    return { TopicArn: known.arn };
  }
  const arn = `arn:${partition}:sns:${region}:${account}:${name}`;
  const record: TopicRecord = {
    name,
    arn,
    createdAt: clock.now(),
    attributes: { ...attributes },
    tags,
    subscriptions: [],
    messages: [],
  };
  state.topics[name] = record;
  return { TopicArn: arn };
}

/** One that isn't there is as good as deleted. @see https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
export function DeleteTopic({ TopicArn }: DeleteTopicCommandInput, context: SnsContext) {
  const name = (TopicArn ?? "").split(":")[5] ?? "";
  if (Object.hasOwn(context.state.topics, name)) {
    topicOf(TopicArn, "DeleteTopic", context);
    delete context.state.topics[name];
  }
  return {};
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export function GetTopicAttributes({ TopicArn }: GetTopicAttributesCommandInput, context: SnsContext) {
  const { arn, attributes, subscriptions } = topicOf(TopicArn, "GetTopicAttributes", context);
  const confirmed = subscriptions.filter((one) => one.confirmed).length;
  return {
    Attributes: {
      TopicArn: arn,
      Owner: context.account,
      DisplayName: "",
      Policy: defaultPolicy(arn, context.account),
      SubscriptionsConfirmed: String(confirmed),
      SubscriptionsPending: String(subscriptions.length - confirmed),
      SubscriptionsDeleted: "0",
      ...attributes,
    },
  };
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export function SetTopicAttributes(input: SetTopicAttributesCommandInput, context: SnsContext) {
  const { attributes } = topicOf(input.TopicArn, "SetTopicAttributes", context);
  const { AttributeName: name = "", AttributeValue: value = "" } = input;
  if (!settable.has(name)) throw invalidParameter("AttributeName");
  if (value === "" && name !== "DisplayName" && name !== "KmsMasterKeyId")
    throw invalidParameter(`${name} Reason: empty`);
  if (value === "") delete attributes[name];
  else attributes[name] = value;
  return {};
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export function ListTopics({ NextToken }: ListTopicsCommandInput, { state, pageSize }: SnsContext) {
  const names = Object.keys(state.topics).sort();
  if (NextToken !== undefined && !Object.hasOwn(state.topics, NextToken)) throw invalidParameter("NextToken");
  const start = NextToken === undefined ? 0 : names.indexOf(NextToken);
  const end = start + Math.min(pageSize ?? mostInPage, mostInPage);
  const next = names[end];
  return {
    Topics: names.slice(start, end).map((name) => ({ TopicArn: state.topics[name]?.arn })),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}

/** What a topic lets do that nobody gave a policy: all to its own account. SNS Developer Guide, "Example cases". */
function defaultPolicy(arn: string, account: string): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:DeleteTopic", "SNS:Subscribe", "SNS:Publish"],
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": account } },
      },
    ],
  });
}
