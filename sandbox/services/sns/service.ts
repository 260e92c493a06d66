import * as client from "@aws-sdk/client-sns";
import { defineService, type Service } from "../../service.ts";
import { Publish } from "./publish.ts";
import { SNS_STATE } from "./state.ts";
import * as subscriptions from "./subscriptions.ts";
import * as tags from "./tags.ts";
import * as topics from "./topics.ts";

const operations = { ...subscriptions, ...tags, ...topics, Publish };

/**
 * Standard topics that keep what is published to them, and deliver it nowhere.
 * @see https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
export function snsService(): Service {
  return defineService<typeof client>()({
    name: "sns",
    protocol: "awsQuery",
    client,
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    state: SNS_STATE,
    operations,
    throttle: { code: "Throttled", status: 429 },
  });
}
