import { GetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import { readOrAbsent } from "./answer.ts";
import { type AwsConfig, readerClient } from "./clients.ts";

export interface TopicFacts {
  /** 12 digits. */
  readonly owner: string;
  /** JSON. */
  readonly policy: string;
  /** Undefined: it isn't encrypted by a key. */
  readonly kmsKey: string | undefined;
  readonly confirmed: number;
  readonly pending: number;
}

export interface TopicReader {
  /** Undefined where there is no such topic. @param arn its region is the one that is asked */
  topic(arn: string): Promise<TopicFacts | undefined>;
}

/** By https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export function topicReader(config: AwsConfig): TopicReader {
  return {
    async topic(arn) {
      const [, , , region = config.region, account = ""] = arn.split(":");
      const client = readerClient({ ...config, region }, (settings) => new SNSClient(settings));
      const answer = await readOrAbsent(`reading the topic ${arn}`, () =>
        client.send(new GetTopicAttributesCommand({ TopicArn: arn })),
      );
      if (answer === undefined) return undefined;
      const found = answer.Attributes ?? {};
      return {
        owner: found["Owner"] ?? account,
        policy: found["Policy"] ?? "",
        kmsKey: found["KmsMasterKeyId"] === "" ? undefined : found["KmsMasterKeyId"],
        confirmed: Number(found["SubscriptionsConfirmed"] ?? 0),
        pending: Number(found["SubscriptionsPending"] ?? 0),
      };
    },
  };
}
