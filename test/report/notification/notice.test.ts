import fc from "fast-check";
import { expect, test } from "vitest";
import { notificationEvents } from "../../../shared/desired/notifications.ts";
import { mostBytes, noticeOf } from "../../../shared/report/notification/notice.ts";
import type { NoticeJson } from "../../../shared/report/notification/notice-json.ts";
import type { Bulletin, Topic } from "../../../shared/report/notification/topic-news.ts";

const context = {
  fleet: "acme",
  at: Date.UTC(2026, 10, 24, 12),
  revision: { sequence: 3, commit: "0123456789abcdef0123", digest: "d" },
  requestId: "r1",
};
const topic = (format: Topic["format"]): Topic => ({ arn: "arn:topic", events: notificationEvents, format });
const item = {
  subject: "host/instance",
  message: "replace: another type",
  since: context.at,
  fresh: true,
  todo: "fleetkeeper reconcile --fleet acme --approve 0123456789ab",
};
const bulletin = (...items: Bulletin["items"]): Bulletin => ({ event: "ApprovalNeeded", items, dropped: 0 });

test("people read what, which fleet, since when, and what to type", () => {
  const { subject, body, attributes } = noticeOf(
    topic("Text"),
    bulletin(item, { ...item, subject: "host/volume", fresh: false }),
    context,
  );
  expect(subject).toBe("[fleetkeeper] acme: an action waits for approval");
  expect(attributes).toEqual({ fleet: "acme", event: "ApprovalNeeded" });
  expect(body).toBe(`Fleet acme, revision 3 (commit 0123456789ab): an action waits for approval.
Seen 2026-11-24 12:00:00Z by the run r1.

- host/instance: replace: another type (since 2026-11-24 12:00:00Z)
    fleetkeeper reconcile --fleet acme --approve 0123456789ab

Told before, and still so:

- host/volume: replace: another type (since 2026-11-24 12:00:00Z)
    fleetkeeper reconcile --fleet acme --approve 0123456789ab

What to do: Each replaces or deletes what runs or holds state. Read the plan (\`fleetkeeper plan\`), then approve by id, or change the file.
See: fleetkeeper status --fleet acme
Runbook: docs/runbook.md#approvalneeded
`);
});

test("programs read the documented shape", () => {
  const { body } = noticeOf(topic("Json"), bulletin(item), context);
  expect(JSON.parse(body)).toEqual({
    version: 1,
    event: "ApprovalNeeded",
    fleet: "acme",
    at: context.at,
    revision: context.revision,
    requestId: "r1",
    matters: [item],
    omitted: 0,
    dropped: 0,
    runbook: "docs/runbook.md#approvalneeded",
  });
});

test.each(["Text", "Json"] as const)(
  "as %s any text becomes a message that SNS and every subscriber can take",
  (format) => {
    const text = fc.string({ unit: "binary", maxLength: 4000 });
    const items = fc.array(fc.record({ subject: text, message: text, since: fc.nat(), fresh: fc.constant(true) }), {
      maxLength: 150,
    });
    fc.assert(
      fc.property(fc.constantFrom(...notificationEvents), items, (event, some) => {
        const { subject, body } = noticeOf(topic(format), { event, items: some, dropped: 0 }, context);
        expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
        expect(Buffer.byteLength(body, "utf8")).toBeLessThanOrEqual(mostBytes);
        expect(body.isWellFormed()).toBe(true);
        // XML 1.0, in which SQS hands messages on, knows no other control characters.
        expect(body).not.toMatch(/[^\P{Cc}\n]/u);
        expect(body).not.toMatch(/[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/);
      }),
      { numRuns: 30 },
    );
  },
);

test("what is too long is cut and counted", () => {
  const many = Array.from({ length: 130 }, () => ({ ...item, message: "ü".repeat(3000) }));
  const { body } = noticeOf(topic("Json"), bulletin(...many), context);
  const read = JSON.parse(body) as NoticeJson;
  expect(read.matters.length + read.omitted).toBe(130);
  expect(read.omitted).toBeGreaterThan(30);
  expect(read.matters[0]?.message).toMatch(/ü \[cut\]$/);
  expect(noticeOf(topic("Text"), bulletin(...many), context).body).toContain(
    "more are left out here: fleetkeeper status",
  );
});

test("a topic that missed something is told how much", () => {
  expect(noticeOf(topic("Text"), { ...bulletin(item), dropped: 4 }, context).body).toContain(
    "4 earlier messages never reached",
  );
});
