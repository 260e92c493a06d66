import { invalidParameter, notAuthorized, topicMissing } from "./errors.ts";
import type { SnsContext, TopicRecord } from "./state.ts";

/**
 * The topic that an ARN names. Those of other accounts aren't here, and nothing lets anybody use them. A topic is known in its own
 * region only.
 */
export function topicOf(arn: string | undefined, action: string, context: SnsContext): TopicRecord {
  const { state, region, account, caller } = context;
  const parts = (arn ?? "").split(":");
  if (arn === undefined || arn === "") throw invalidParameter("TopicArn Reason: no value for required parameter");
  if (parts.length < 6) {
    throw invalidParameter(`TopicArn Reason: An ARN must have at least 6 elements, not ${parts.length}`);
  }
  const [scheme, , service, where, owner = "", name = ""] = parts;
  if (scheme !== "arn" || service !== "sns" || where !== region || parts.length > 6) throw invalidParameter("TopicArn");
  if (owner !== account) throw notAuthorized(caller.arn, action, arn);
  const topic = Object.hasOwn(state.topics, name) ? state.topics[name] : undefined;
  if (topic === undefined) throw topicMissing();
  return topic;
}
