import type { MessageAttributeValue, PublishCommandInput } from "@aws-sdk/client-sns";
import { invalidParameter, notModelled } from "./errors.ts";
import { mostMessages, type PublishedMessage, type SnsContext } from "./state.ts";
import { topicOf } from "./topic-lookup.ts";

/** Bytes of a message with its attributes. */
const largest = 262_144;

/**
 * Keeps the message; nobody is sent it. Phone numbers and messages by protocol aren't modelled.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function Publish(input: PublishCommandInput, context: SnsContext) {
  const { TopicArn, TargetArn, PhoneNumber, Subject: subject, Message: message = "", MessageStructure } = input;
  if (PhoneNumber !== undefined || MessageStructure !== undefined) throw notModelled("SMS, and messages by protocol");
  if (TopicArn === undefined && TargetArn === undefined) {
    throw invalidParameter("TopicArn or TargetArn Reason: no value for required parameter");
  }
  const topic = topicOf(TopicArn ?? TargetArn, "Publish", context);
  if (message === "") throw invalidParameter("Empty message");
  // "UTF-8 text with no line breaks or control characters, and less than 100 characters long".
  if (subject !== undefined && !/^[^\p{Cc}]{1,99}$/u.test(subject)) throw invalidParameter("Subject");
  const attributes = Object.fromEntries(
    Object.entries(input.MessageAttributes ?? {}).map(([name, value]) => [name, attributeOf(name, value)]),
  );
  const size = Object.entries(attributes).reduce(
    (sum, [name, { type, value }]) => sum + bytes(name) + bytes(type) + bytes(value),
    bytes(message),
  );
  if (size > largest) throw invalidParameter("Message too long");
  const messageId = context.random.uuid();
  const published: PublishedMessage = {
    messageId,
    at: context.clock.now(),
    ...(subject === undefined ? {} : { subject }),
    message,
    attributes,
  };
  topic.messages.push(published);
  if (topic.messages.length > mostMessages) topic.messages.shift();
  return { MessageId: messageId };
}

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
function attributeOf(name: string, { DataType: type = "", StringValue: value }: MessageAttributeValue) {
  if (!/^[A-Za-z0-9_-](\.?[A-Za-z0-9_-])*$/.test(name)) throw invalidParameter(`MessageAttributes.${name}`);
  if (!/^(String|String\.Array|Number)$/.test(type)) throw notModelled(`message attributes of type ${type}`);
  if (value === undefined || value === "") throw invalidParameter(`MessageAttributes.${name} Reason: empty value`);
  return { type, value };
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
