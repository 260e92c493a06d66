import type { ListSubscriptionsByTopicCommandInput, SubscribeCommandInput } from "@aws-sdk/client-sns";
import { invalidParameter, notModelled } from "./errors.ts";
import type { SnsContext } from "./state.ts";
import { topicOf } from "./topic-lookup.ts";

/** Confirmed by a person, or by who runs the address. */
const toBeConfirmed = new Set(["email", "email-json", "http", "https"]);
const atOnce = new Set(["sqs", "lambda", "firehose"]);

/**
 * Remembers who would be sent what is published.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export function Subscribe(input: SubscribeCommandInput, context: SnsContext) {
  const topic = topicOf(input.TopicArn, "Subscribe", context);
  const { Protocol: protocol = "", Endpoint: endpoint = "", ReturnSubscriptionArn: always = false } = input;
  if (!toBeConfirmed.has(protocol) && !atOnce.has(protocol)) {
    if (protocol === "sms" || protocol === "application") throw notModelled(`subscriptions by ${protocol}`);
    throw invalidParameter("Invalid protocol type");
  }
  if (endpoint === "") throw invalidParameter("Endpoint");
  const known = topic.subscriptions.find((one) => one.protocol === protocol && one.endpoint === endpoint);
  const arn = known?.arn ?? `${topic.arn}:${context.random.uuid()}`;
  const confirmed = atOnce.has(protocol);
  if (known === undefined) topic.subscriptions.push({ arn, protocol, endpoint, confirmed });
  return { SubscriptionArn: confirmed || always ? arn : "pending confirmation" };
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export function ListSubscriptionsByTopic(input: ListSubscriptionsByTopicCommandInput, context: SnsContext) {
  const { arn: TopicArn, subscriptions } = topicOf(input.TopicArn, "ListSubscriptionsByTopic", context);
  return {
    Subscriptions: subscriptions.map(({ arn, protocol, endpoint, confirmed }) => ({
      SubscriptionArn: confirmed ? arn : "PendingConfirmation",
      Owner: context.account,
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn,
    })),
  };
}
