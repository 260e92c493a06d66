import * as z from "zod/mini";
import { manualFields } from "../common/request.ts";

const s3Bucket = z.object({ name: z.string() });
const s3Object = z.object({ key: z.string() });

/** By hand, and by one-shot schedules. */
const asked = z.strictObject({
  ...manualFields,
  trigger: z.optional(z.enum(["schedule", "push", "manual", "requeue"])),
});

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
const tick = z.object({ source: z.literal("aws.events"), "detail-type": z.literal("Scheduled Event"), id: z.string() });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const objectCreated = z.object({
  source: z.literal("aws.s3"),
  "detail-type": z.string(),
  id: z.string(),
  detail: z.object({ bucket: s3Bucket, object: s3Object }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const notification = z.object({
  Records: z.array(
    z.object({ eventSource: z.literal("aws:s3"), s3: z.object({ bucket: s3Bucket, object: s3Object }) }),
  ),
});

/** S3 sends it once when a notification is set up. */
const notificationTest = z.object({ Service: z.literal("Amazon S3"), Event: z.literal("s3:TestEvent") });

/** Dead letters that a person lets through again: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const letters = z.object({ Records: z.array(z.object({ eventSource: z.literal("aws:sqs"), body: z.string() })) });

const once = z.union([asked, tick, objectCreated, notification, notificationTest]);
export const dispatchEvent = z.union([once, letters]);
export type DispatchEvent = z.infer<typeof dispatchEvent>;

/** Whom an event concerns, and what is passed on. Pure. */
export interface Wanted {
  /** Undefined: every fleet. */
  readonly fleets: readonly string[] | undefined;
  readonly request: {
    readonly trigger: "schedule" | "push" | "manual" | "requeue";
    readonly requestId?: string;
    readonly force?: boolean;
    readonly only?: readonly string[];
    readonly by?: string;
  };
  /** What of the event says nothing to us, each a sentence. */
  readonly ignored: readonly string[];
}

/** @param bucket ours: what other buckets tell is ignored */
export function wantedBy(event: DispatchEvent, bucket: string): Wanted {
  if (isLetters(event))
    return redriven(
      event.Records.map(({ body }) => body),
      bucket,
    );
  if ("Records" in event) {
    const objects = event.Records.map(({ s3 }) => ({ bucket: s3.bucket.name, key: decodedKey(s3.object.key) }));
    return pushed(objects, bucket, undefined);
  }
  if ("detail" in event) {
    const { id, detail } = event;
    return pushed([{ bucket: detail.bucket.name, key: detail.object.key }], bucket, id);
  }
  if ("source" in event)
    return { fleets: undefined, request: { trigger: "schedule", requestId: event.id }, ignored: [] };
  if ("Service" in event)
    return { fleets: [], request: { trigger: "push" }, ignored: ["S3's test of the notification"] };
  const { fleet, trigger = "manual", force, only, requestId, by } = event;
  return {
    fleets: fleet === undefined ? undefined : [fleet],
    request: {
      trigger,
      ...(requestId === undefined ? {} : { requestId }),
      ...(force === undefined ? {} : { force }),
      ...(only === undefined ? {} : { only }),
      ...(by === undefined ? {} : { by }),
    },
    ignored: [],
  };
}

function isLetters(event: DispatchEvent): event is z.infer<typeof letters> {
  return "Records" in event && event.Records.some((record) => "body" in record);
}

/** Letters hold the events that failed: each fleet that one of them concerned is looked at, a nonsensical one is dropped. */
function redriven(bodies: readonly string[], bucket: string): Wanted {
  const ignored: string[] = [];
  let fleets: readonly string[] | undefined = [];
  for (const body of bodies) {
    const event = once.safeParse(jsonOf(body));
    if (!event.success) {
      ignored.push("a dead letter that is no event of ours");
      continue;
    }
    const wanted = wantedBy(event.data, bucket);
    ignored.push(...wanted.ignored);
    fleets = fleets === undefined || wanted.fleets === undefined ? undefined : [...fleets, ...wanted.fleets];
  }
  return { fleets, request: { trigger: "requeue" }, ignored };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const desiredKey = /^fleets\/([^/]+)\/desired\.yaml$/;

function pushed(
  objects: readonly { readonly bucket: string; readonly key: string }[],
  ours: string,
  requestId: string | undefined,
): Wanted {
  const fleets = new Set<string>();
  const ignored: string[] = [];
  for (const { bucket, key } of objects) {
    const fleet = desiredKey.exec(key)?.[1];
    if (bucket !== ours) ignored.push(`${bucket} is not the state bucket`);
    else if (fleet === undefined) ignored.push(`${key} is no desired state`);
    else fleets.add(fleet);
  }
  return {
    fleets: [...fleets],
    request: { trigger: "push", ...(requestId === undefined ? {} : { requestId }) },
    ignored,
  };
}

/** Keys in notifications are encoded as in a form; a key that isn't is taken as it stands. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}
