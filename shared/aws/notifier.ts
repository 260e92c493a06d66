import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { toFailure } from "./classify.ts";
import { type AwsConfig, writerClient } from "./clients.ts";
import type { Notifier } from "./notifier-port.ts";

/** What isn't told now is told by the next run: no run waits long for a topic. */
const attempts = 2;

/**
 * Topics of SNS, each asked in its own region (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
 * @param beforeAttempt see `writersOf`
 */
export function notifierOf(config: AwsConfig, beforeAttempt: () => void): Notifier {
  const clients = new Map<string, SNSClient>();
  const clientFor = (region: string): SNSClient => {
    const known = clients.get(region);
    if (known !== undefined) return known;
    const own = { ...config, region, retry: { ...config.retry, attempts } };
    const client = writerClient(own, (settings) => new SNSClient(settings), beforeAttempt);
    clients.set(region, client);
    return client;
  };
  return {
    async publish({ topic, subject, body, attributes }) {
      try {
        await clientFor(regionOf(topic, config)).send(
          new PublishCommand({
            TopicArn: topic,
            Subject: subject,
            Message: body,
            MessageAttributes: Object.fromEntries(
              Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
            ),
          }),
        );
      } catch (error) {
        throw toFailure(error, `telling ${topic}`);
      }
    },
  };
}

function regionOf(arn: string, { region }: AwsConfig): string {
  return arn.split(":")[3] ?? region;
}
