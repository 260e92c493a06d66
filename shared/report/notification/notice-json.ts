import type { RevisionRef } from "../../engine/plan.ts";
import type { NotificationEvent } from "./matter.ts";
import type { NoticeContext, ShownBulletin } from "./shown-bulletin.ts";

/** The documented, versioned JSON shape of a notification (docs/json-output.md). Fields are only ever added within a version. */
export interface NoticeJson {
  readonly version: 1;
  readonly event: NotificationEvent | "Test";
  readonly fleet: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly revision: RevisionRef | null;
  readonly requestId: string;
  readonly matters: readonly {
    readonly subject: string;
    readonly message: string;
    /** Epoch milliseconds. */
    readonly since: number;
    /** False: told before, and still so. */
    readonly fresh: boolean;
    readonly todo: string | null;
  }[];
  /** Matters that were left out, because the message would have been too long. */
  readonly omitted: number;
  /** Earlier matters that never reached the topic. */
  readonly dropped: number;
  /** A path in this repository. */
  readonly runbook: string;
}

/** Pure. */
export function bodyJson({ event, items, omitted, dropped }: ShownBulletin, context: NoticeContext): string {
  const { fleet, at, revision, requestId } = context;
  const notice: NoticeJson = {
    version: 1,
    event,
    fleet,
    at,
    revision: revision ?? null,
    requestId,
    matters: items.map(({ subject, message, since, fresh, todo }) => ({
      subject,
      message,
      since,
      fresh,
      todo: todo ?? null,
    })),
    omitted,
    dropped,
    runbook: `docs/runbook.md#${event.toLowerCase()}`,
  };
  return JSON.stringify(notice);
}
