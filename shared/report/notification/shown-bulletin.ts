import type { RevisionRef } from "../../engine/plan.ts";
import type { NotificationEvent } from "./matter.ts";
import type { BulletinItem } from "./topic-news.ts";

/** What every message of one run shares. */
export interface NoticeContext {
  readonly fleet: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly revision: RevisionRef | undefined;
  /** Of the run, and of its record in the history. */
  readonly requestId: string;
}

/** A bulletin that fits: `omitted` items were left out of its end. */
export interface ShownBulletin {
  readonly event: NotificationEvent;
  readonly items: readonly BulletinItem[];
  readonly omitted: number;
  readonly dropped: number;
}
