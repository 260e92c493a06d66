/** A message to one topic. */
export interface TopicMessage {
  /** ARN; its region is the one that is asked. */
  readonly topic: string;
  /** ASCII without control characters, at most 99 characters. */
  readonly subject: string;
  /** UTF-8, with the attributes at most 262,144 bytes. */
  readonly body: string;
  /** Texts by which subscriptions can filter. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Notifier {
  /** @throws Failure where the topic didn't take it, or where that can't be told */
  publish(message: TopicMessage): Promise<void>;
}
