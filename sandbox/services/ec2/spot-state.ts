import type { LaunchSpec } from "./launch-state.ts";

export interface SpotRequestRecord {
  readonly requestId: string;
  readonly type: "one-time" | "persistent";
  readonly state: "open" | "active" | "closed" | "cancelled" | "failed";
  readonly status: { readonly code: SpotStatusCode; readonly at: number };
  readonly createdAt: number;
  readonly validUntil?: number;
  /** USD an hour. */
  readonly maxPrice: string;
  readonly launch: LaunchSpec;
  readonly instanceId?: string;
  /** From when listings see it. */
  readonly visibleAt: number;
}

/** Source: "Get the status of a Spot Instance request" in the EC2 User Guide. */
export type SpotStatusCode =
  | "pending-evaluation"
  | "pending-fulfillment"
  | "price-too-low"
  | "capacity-not-available"
  | "fulfilled"
  | "marked-for-termination"
  | "instance-terminated-by-user"
  | "instance-terminated-no-capacity"
  | "request-canceled-and-instance-running"
  | "canceled-before-fulfillment"
  | "schedule-expired"
  | "bad-parameters";

/** What a test or a user sets: by instance type, `*` for all others. */
export interface SpotMarket {
  /** USD an hour. */
  readonly prices: Record<string, number>;
  readonly capacity: Record<string, "available" | "none">;
}
