import type { Notifier } from "../aws/notifier-port.ts";
import type { Fleet } from "../desired/fleet.ts";
import { Failure, failureWhile } from "../engine/failure.ts";
import type { Delivery } from "../engine/record.ts";
import { testNotice } from "../report/notification/test-notice.ts";
import { topicsOf } from "./notifications.ts";

/** Sends a test message to each topic of a file, side by side. That one refuses is a value. */
export function tryTopics(
  notifier: Notifier,
  fleet: Fleet,
  asked: { readonly at: number; readonly by: string; readonly requestId: string },
): Promise<readonly Delivery[]> {
  return Promise.all(
    topicsOf(fleet).map(async (topic): Promise<Delivery> => {
      const about = { topic: topic.arn, event: "Test" };
      try {
        await notifier.publish(testNotice(topic, { fleet: fleet.metadata.name, ...asked }));
        return { ...about, state: "sent" };
      } catch (error) {
        const { code, message, hint } = error instanceof Failure ? error : failureWhile("trying a topic", error);
        return { ...about, state: "failed", code, message, ...(hint === undefined ? {} : { hint }) };
      }
    }),
  );
}
