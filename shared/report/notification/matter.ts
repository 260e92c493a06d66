import type { notificationEvents } from "../../desired/notifications.ts";
import type { FleetStatus } from "../../engine/status.ts";

export type NotificationEvent = (typeof notificationEvents)[number];

/** One thing that there is to tell of a fleet. Plain data, without secrets: it is made of what status and history show. */
export interface Matter {
  /** Who tells of it, the most telling first: a topic hears of it by the first event that it listens to, and by no other. */
  readonly events: readonly NotificationEvent[];
  /** What it is about: `kind/name`, `instance/i-...`, or one of `revision`, `run`, `backup`, `fuse`. */
  readonly subject: string;
  /** A clause for a person. */
  readonly message: string;
  /** Epoch milliseconds: since when it lasts, or when it happened. */
  readonly since: number;
  /**
   * Of what lasts: a matter that was told with this content is told no more; null where it can't be told whether it has changed.
   * Missing: it happened once.
   */
  readonly content?: string | null;
  /** A command that a person would type for this very matter. */
  readonly todo?: string;
}

/** All that a run has to tell, and what has to be remembered for the next one to know what is new. */
export interface News {
  readonly matters: readonly Matter[];
  readonly drifted: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** Whether this run couldn't tell if something that was told still lasts: then it neither ends nor begins. */
  uncertain(event: string, subject: string): boolean;
}

/** Of the status: what matters are made of. */
export type Told = Pick<FleetStatus, "conditions" | "resources" | "inForce" | "notifications">;
