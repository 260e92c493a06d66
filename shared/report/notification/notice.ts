import { bodyJson } from "./notice-json.ts";
import { bodyText, subjectOf } from "./notice-text.ts";
import type { NoticeContext } from "./shown-bulletin.ts";
import type { Bulletin, BulletinItem, Topic } from "./topic-news.ts";

/** A bulletin as one topic takes it. */
export interface Notice {
  readonly topic: string;
  /** ASCII without control characters, at most 99 characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
  readonly subject: string;
  readonly body: string;
  /** For filters of subscriptions. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** SNS takes 262,144 bytes, attributes included. Some are left for these. */
export const mostBytes = 250_000;
/** A person reads no more, and a program that needs more reads the status. */
const mostItems = 100;
const mostCharacters = 2_000;

/** Pure. What is too long is cut, and says so. */
export function noticeOf({ arn, format }: Topic, bulletin: Bulletin, context: NoticeContext): Notice {
  const { event, items, dropped } = bulletin;
  const render = format === "Json" ? bodyJson : bodyText;
  let shown = items.slice(0, mostItems).map(shortened);
  let body = render({ event, items: shown, omitted: items.length - shown.length, dropped }, context);
  while (Buffer.byteLength(body, "utf8") > mostBytes && shown.length > 0) {
    shown = shown.slice(0, Math.floor(shown.length / 2));
    body = render({ event, items: shown, omitted: items.length - shown.length, dropped }, context);
  }
  return {
    topic: arn,
    subject: subjectOf(event, items.filter(({ fresh }) => fresh).length, context.fleet),
    body,
    attributes: { fleet: context.fleet, event },
  };
}

function shortened({ subject, message, todo, ...rest }: BulletinItem): BulletinItem {
  return {
    ...rest,
    subject: plainText(subject),
    message: plainText(message),
    ...(todo === undefined ? {} : { todo: plainText(todo) }),
  };
}

/**
 * One line that every subscriber can take: names and messages come from outside too. No control characters, no halves of characters,
 * nothing that turns the direction of writing.
 */
function plainText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, "");
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters).toWellFormed()} [cut]`;
}
