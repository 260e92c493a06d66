import { instant } from "../age.ts";
import { eventTexts } from "./event-text.ts";
import type { NotificationEvent } from "./matter.ts";
import type { NoticeContext, ShownBulletin } from "./shown-bulletin.ts";
import type { BulletinItem } from "./topic-news.ts";

/** "Less than 100 characters long." */
const longestSubject = 99;

/** @param count how many are new */
export function subjectOf(event: NotificationEvent, count: number, fleet: string): string {
  const text = `[fleetkeeper] ${fleet}: ${eventTexts[event].title(count)}`.replace(/[^\x20-\x7e]/g, "?");
  return text.length <= longestSubject ? text : `${text.slice(0, longestSubject - 3)}...`;
}

/** For people: what, which fleet, since when, what to do. Pure. */
export function bodyText({ event, items, omitted, dropped }: ShownBulletin, context: NoticeContext): string {
  const { fleet, at, revision, requestId } = context;
  const fresh = items.filter((item) => item.fresh);
  const known = items.filter((item) => !item.fresh);
  const { todo, title } = eventTexts[event];
  const file = revision === undefined ? "" : `, revision ${revision.sequence}${commitText(revision.commit)}`;
  const lines = [
    `Fleet ${fleet}${file}: ${title(fresh.length)}.`,
    `Seen ${instant(at)} by the run ${requestId}.`,
    "",
    ...fresh.flatMap(itemLines),
    ...(known.length === 0 ? [] : ["", "Told before, and still so:", "", ...known.flatMap(itemLines)]),
    ...(omitted === 0 ? [] : ["", `${omitted} more are left out here: fleetkeeper status --fleet ${fleet}`]),
    ...(dropped === 0
      ? []
      : [
          "",
          `${dropped} earlier messages never reached this topic, which refused them for too long: see the history.`,
        ]),
    "",
    ...(todo === "" ? [] : [`What to do: ${todo}`]),
    `See: fleetkeeper status --fleet ${fleet}`,
    `Runbook: docs/runbook.md#${event.toLowerCase()}`,
  ];
  return `${lines.join("\n")}\n`;
}

function itemLines({ subject, message, since, todo }: BulletinItem): readonly string[] {
  return [`- ${subject}: ${message} (since ${instant(since)})`, ...(todo === undefined ? [] : [`    ${todo}`])];
}

function commitText(commit: string): string {
  return commit === "" ? "" : ` (commit ${commit.slice(0, 12)})`;
}
