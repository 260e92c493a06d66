import type { ServiceContext, StateKey } from "../../service.ts";

/** A region's topics by name, with everything that was published to them. Plain JSON, times in epoch milliseconds. */
export interface SnsState {
  readonly topics: Record<string, TopicRecord>;
}

export interface TopicRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** As given, by the names of the API: `DisplayName`, `KmsMasterKeyId`, `Policy`. */
  readonly attributes: Record<string, string>;
  tags: readonly TopicTag[];
  readonly subscriptions: SubscriptionRecord[];
  /** Oldest first, the newest {@link mostMessages}: nothing is delivered anywhere. */
  readonly messages: PublishedMessage[];
}

export interface TopicTag {
  readonly Key: string;
  readonly Value: string;
}

export interface SubscriptionRecord {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** Those that somebody has to confirm never are: nobody reads their mail here. */
  readonly confirmed: boolean;
}

export interface PublishedMessage {
  readonly messageId: string;
  readonly at: number;
  readonly subject?: string;
  readonly message: string;
  /** By name: the type and the value as text. */
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
}

export type SnsContext = ServiceContext<SnsState>;

export const mostMessages = 1000;

export const SNS_STATE: StateKey<SnsState> = { name: "sns", initial: () => ({ topics: {} }) };

/** What was published to a topic, oldest first: for tests. */
export function publishedTo({ topics }: SnsState, name: string): readonly PublishedMessage[] {
  return topics[name]?.messages ?? [];
}
