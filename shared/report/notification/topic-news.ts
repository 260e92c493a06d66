import type { OwedMatter, TopicStatus } from "../../engine/status.ts";
import type { Matter, News, NotificationEvent } from "./matter.ts";

/** A topic as the file names it. */
export interface Topic {
  readonly arn: string;
  readonly events: readonly NotificationEvent[];
  readonly format: "Text" | "Json";
}

/** What one message is about: one event of one fleet, with everything that stands of it. */
export interface Bulletin {
  readonly event: NotificationEvent;
  readonly items: readonly BulletinItem[];
  /** How many earlier matters the topic never heard of, because it refused for too long. */
  readonly dropped: number;
}

export interface BulletinItem {
  readonly subject: string;
  readonly message: string;
  readonly since: number;
  /** Not told before. */
  readonly fresh: boolean;
  readonly todo?: string;
}

/** What happened and couldn't be told is kept up to this many, a topic. */
export const mostOwed = 50;

export const knowsNothing: TopicStatus = { told: {} };

/**
 * A topic after a run, before it is told anything: what it was told and still stands, what couldn't be told yet, and the bulletins
 * that are due. Pure.
 */
export function dueFor(
  topic: Topic,
  before: TopicStatus,
  news: News,
): { readonly status: TopicStatus; readonly bulletins: readonly Bulletin[] } {
  const heard = news.matters.flatMap((matter) => {
    const event = matter.events.find((one) => topic.events.includes(one));
    return event === undefined ? [] : [{ event, matter }];
  });
  const told: Record<string, Record<string, string>> = {};
  for (const event of topic.events) {
    const standing = new Set(
      heard.filter((one) => one.event === event && lasts(one.matter)).map((one) => one.matter.subject),
    );
    const kept = Object.entries(before.told[event] ?? {}).filter(
      ([subject]) => standing.has(subject) || news.uncertain(event, subject),
    );
    if (kept.length > 0) told[event] = Object.fromEntries(kept);
  }
  const happened = heard.filter(({ matter }) => !lasts(matter)).map(({ event, matter }) => owedOf(event, matter));
  const owed = [...(before.owed ?? []).filter(({ event }) => topic.events.some((one) => one === event)), ...happened];
  const { dropped = 0 } = before;
  const status: TopicStatus = { ...before, told, owed };
  const bulletins = topic.events.flatMap((event) => {
    const items = itemsOf(event, heard, status);
    return items.some(({ fresh }) => fresh) ? [{ event, items, dropped }] : [];
  });
  return { status: plain(status), bulletins };
}

/** The topic once it has taken a bulletin. Pure. */
export function afterTelling(
  topic: Topic,
  { failure: _over, dropped: _told, ...status }: TopicStatus,
  news: News,
  event: NotificationEvent,
): TopicStatus {
  const standing = news.matters.flatMap(({ events, subject, content }) => {
    if (content === undefined || events.find((one) => topic.events.includes(one)) !== event) return [];
    return [[subject, content ?? status.told[event]?.[subject] ?? ""] as const];
  });
  const kept = { ...status.told[event], ...Object.fromEntries(standing) };
  const { [event]: _event, ...others } = status.told;
  return plain({
    ...status,
    told: Object.keys(kept).length === 0 ? others : { ...others, [event]: kept },
    owed: (status.owed ?? []).filter((one) => one.event !== event),
  });
}

/** A topic as it is remembered: of what it couldn't be told, the newest. Pure. */
export function keptFor(status: TopicStatus): TopicStatus {
  const { owed = [], dropped = 0 } = status;
  return plain({ ...status, owed: owed.slice(-mostOwed), dropped: dropped + Math.max(0, owed.length - mostOwed) });
}

/** Without what says nothing, so that a status that is at rest stays byte for byte what it was. */
function plain({ told, owed = [], dropped = 0, failure }: TopicStatus): TopicStatus {
  return {
    told: Object.fromEntries(
      Object.keys(told)
        .sort()
        .map((event) => [event, sorted(told[event] ?? {})]),
    ),
    ...(owed.length === 0 ? {} : { owed }),
    ...(dropped === 0 ? {} : { dropped }),
    ...(failure === undefined ? {} : { failure }),
  };
}

function sorted(subjects: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(subjects).sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Heard {
  readonly event: NotificationEvent;
  readonly matter: Matter;
}

/** What happened first, then what lasts; of that, what is new first. */
function itemsOf(event: NotificationEvent, heard: readonly Heard[], { told, owed = [] }: TopicStatus): BulletinItem[] {
  const happened = owed
    .filter((one) => one.event === event)
    .map(({ subject, message, at }): BulletinItem => ({ subject, message, since: at, fresh: true }));
  const standing = heard.flatMap(({ event: by, matter }): BulletinItem[] => {
    const { subject, message, since, content, todo } = matter;
    if (by !== event || content === undefined) return [];
    const known = told[event]?.[subject];
    const fresh = known === undefined || (content !== null && known !== content);
    return [{ subject, message, since, fresh, ...(todo === undefined ? {} : { todo }) }];
  });
  return [...happened, ...standing.filter(({ fresh }) => fresh), ...standing.filter(({ fresh }) => !fresh)];
}

function lasts({ content }: Matter): boolean {
  return content !== undefined;
}

function owedOf(event: NotificationEvent, { subject, message, since }: Matter): OwedMatter {
  return { event, subject, message, at: since };
}
