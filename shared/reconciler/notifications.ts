import type { AwsConfig } from "../aws/clients.ts";
import type { Notifier } from "../aws/notifier-port.ts";
import type { Fleet } from "../desired/fleet.ts";
import { backOff, type Random } from "../engine/backoff.ts";
import { type Clock, isoTime } from "../engine/clock.ts";
import type { Verdict } from "../engine/condition.ts";
import { Failure, failureWhile } from "../engine/failure.ts";
import type { Limits } from "../engine/limits.ts";
import type { Notify, NotifyContext } from "../engine/notify.ts";
import { isRevision } from "../engine/plan.ts";
import type { Delivery } from "../engine/record.ts";
import type { FailureStatus, NotificationStatus, TopicStatus } from "../engine/status.ts";
import type { News } from "../report/notification/matter.ts";
import { newsOf } from "../report/notification/matters.ts";
import { noticeOf } from "../report/notification/notice.ts";
import type { OrphanLook } from "../report/notification/orphan-matters.ts";
import type { NoticeContext } from "../report/notification/shown-bulletin.ts";
import { afterTelling, dueFor, keptFor, knowsNothing, type Topic } from "../report/notification/topic-news.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Deletions, deletionsSince } from "./collected-orphans.ts";

export interface NotificationOptions {
  readonly aws: AwsConfig;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  /** What the run's look for orphans found; undefined where it took none. Asked once a run. */
  readonly takeLook: (fleet: string) => OrphanLook | undefined;
}

/** What refuses for good is asked again this much later, in milliseconds: its policy may have been mended meanwhile. */
const afterRefusal = 60 * 60_000;
/** A message is begun only with this much time left, in milliseconds: two attempts fit in. */
const timeForOne = 25_000;

/** Tells the file's topics of what is new. A topic that can't be told is a value: its messages are kept, the others' are sent. */
export function notifications(options: NotificationOptions): Notify<Fleet> {
  return async (context) => {
    const topics = topicsOf(context.fleet);
    const look = options.takeLook(context.name);
    if (topics.length === 0) return { status: undefined, verdict: undefined, deliveries: [] };
    const deletions = await deletionsSince(options.store, context, topics);
    const news = newsOf(newsInput(context, look, deletions));
    const before = context.before?.notifications;
    const told = await Promise.all(
      topics.map((topic) => tellTopic(options, context, topic, before?.topics[topic.arn] ?? knowsNothing, news)),
    );
    const status: NotificationStatus = {
      drifted: news.drifted,
      versions: news.versions,
      ...(deletions.until === undefined ? {} : { collectedUntil: deletions.until }),
      topics: Object.fromEntries(told.map((one) => [one.arn, one.status])),
    };
    return { status, verdict: verdictOf(status), deliveries: told.flatMap(({ deliveries }) => deliveries) };
  };
}

/** Events of a topic in the order in which messages are sent, each once. */
export function topicsOf({ spec }: Fleet): readonly Topic[] {
  return spec.notifications.topics.map(({ arn, events, format }) => ({ arn, events: [...new Set(events)], format }));
}

function newsInput(context: NotifyContext<Fleet>, look: OrphanLook | undefined, deletions: Deletions) {
  const { fleet, name, request, before, status, record, plan, outputs, unfinished } = context;
  const gitlab = outputs?.get("gitlab/version");
  return {
    fleet: name,
    before,
    status,
    record,
    plan,
    unfinished: unfinished?.plan,
    observing: fleet.spec.mode === "Observe",
    only: request.only,
    versions: gitlab === undefined ? {} : { "gitlab/version": `${gitlab["version"]}-${gitlab["edition"]}` },
    orphans: { look: look === undefined || look.at === 0 ? undefined : look, collected: deletions.untold },
  };
}

interface TopicTold {
  readonly arn: string;
  readonly status: TopicStatus;
  readonly deliveries: readonly Delivery[];
}

async function tellTopic(
  options: NotificationOptions,
  context: NotifyContext<Fleet>,
  topic: Topic,
  before: TopicStatus,
  news: News,
): Promise<TopicTold> {
  const { clock } = options;
  const due = dueFor(topic, before, news);
  let { status } = due;
  const deliveries: Delivery[] = [];
  if (due.bulletins.length === 0 || isWaiting(status.failure, context, clock.now())) {
    return { arn: topic.arn, status: keptFor(status), deliveries };
  }
  const notifier = await notifierFor(options, context);
  for (const bulletin of due.bulletins) {
    const { event } = bulletin;
    if (!context.deadline.reaches(clock.now() + timeForOne)) break;
    try {
      await notifier.publish(noticeOf(topic, bulletin, noticeContext(context, clock.now())));
      status = afterTelling(topic, status, news, event);
      deliveries.push({ topic: topic.arn, event, state: "sent" });
    } catch (error) {
      const failure = error instanceof Failure ? error : failureWhile("telling topics", error);
      const { code, message, hint } = failure;
      deliveries.push({
        topic: topic.arn,
        event,
        state: "failed",
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
      });
      const backedOff = backOff(status.failure, failure, clock.now(), options.random, options.limits);
      status = { ...status, failure: { ...backedOff, notBefore: backedOff.notBefore ?? backedOff.at + afterRefusal } };
      // The others would meet the same.
      break;
    }
  }
  return { arn: topic.arn, status: keptFor(status), deliveries };
}

/** A new file or force tries a topic at once. */
function isWaiting(failure: FailureStatus | undefined, context: NotifyContext<Fleet>, now: number): boolean {
  if (failure === undefined || context.request.force) return false;
  if (!isRevision(context.before?.inForce, context.status.inForce)) return false;
  return now < (failure.notBefore ?? 0);
}

/** Loaded only by a run that has something to tell. */
async function notifierFor({ aws }: NotificationOptions, { lease }: NotifyContext<Fleet>): Promise<Notifier> {
  const { notifierOf } = await import("../aws/notifier.ts");
  return notifierOf(aws, () => lease.assertHeld());
}

function noticeContext({ name, status, record }: NotifyContext<Fleet>, at: number): NoticeContext {
  return { fleet: name, at, revision: status.inForce, requestId: record.requestId };
}

function verdictOf({ topics }: NotificationStatus): Verdict {
  const refusing = Object.values(topics).flatMap(({ failure, owed = [] }) =>
    failure === undefined
      ? []
      : [`${refusal(failure)}${owed.length === 0 ? "" : `; ${owed.length} matters are kept for it`}`],
  );
  if (refusing.length > 0) return { reason: "TopicRefuses", message: refusing.join("; ") };
  const count = Object.keys(topics).length;
  return {
    reason: "TopicsTold",
    message: `${count === 1 ? "one topic is" : `${count} topics are`} told of what is new`,
  };
}

function refusal({ message, hint, notBefore }: FailureStatus): string {
  const again = notBefore === undefined ? "" : `, tried again from ${isoTime(notBefore)}`;
  return `${message}${hint === undefined ? "" : ` (${hint})`}${again}`;
}
