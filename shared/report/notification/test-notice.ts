import { instant } from "../age.ts";
import type { Notice } from "./notice.ts";
import type { NoticeJson } from "./notice-json.ts";
import type { Topic } from "./topic-news.ts";

/** A message that says nothing but that it arrives, in the form that the topic takes. Pure. */
export function testNotice(
  { arn, events, format }: Topic,
  {
    fleet,
    at,
    by,
    requestId,
  }: { readonly fleet: string; readonly at: number; readonly by: string; readonly requestId: string },
): Notice {
  const message = `${by} tries whether this topic takes what it is told: ${events.join(", ")}`;
  const json: NoticeJson = {
    version: 1,
    event: "Test",
    fleet,
    at,
    revision: null,
    requestId,
    matters: [{ subject: "test", message, since: at, fresh: true, todo: null }],
    omitted: 0,
    dropped: 0,
    runbook: "docs/runbook.md#notifications",
  };
  return {
    topic: arn,
    subject: `[fleetkeeper] ${fleet}: a test message`,
    body:
      format === "Json"
        ? JSON.stringify(json)
        : `A test message of fleet ${fleet}, sent ${instant(at)}.\n\n${message}.\nNothing has to be done.\n`,
    attributes: { fleet, event: "Test" },
  };
}
