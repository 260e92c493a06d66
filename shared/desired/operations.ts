import * as z from "zod/mini";
import { duration } from "./duration.ts";
import { field, section, withDefault } from "./field.ts";
import { instant, line, matching, timeZone, unlike, wholeNumber } from "./values.ts";

export const suspendSchema = section({
  until: field(instant(), {
    description: "When the reconciler acts again by itself. Until then it observes and reports.",
    unit: "RFC 3339 time with offset",
    example: "2026-12-01T06:00:00Z",
  }),
  reason: field(line(200), { description: "Why, for whoever meets it.", example: "moving to another VPC" }),
});

export const garbageCollectionSchema = section({
  mode: field(withDefault(z.enum(["report", "collect"]), "report"), {
    description: "`report` finds orphans and says so; `collect` also deletes those that are proven.",
    example: "collect",
  }),
  gracePeriod: field(withDefault(duration({ min: "15m", max: "7d" }), "15m"), {
    description:
      "How old a machine must be, and for how long it must have been suspected without a break, before it is deleted.",
    unit: "duration such as 15m",
    example: "15m",
  }),
  perRunMaximum: field(withDefault(wholeNumber(1, 1000), 10), {
    description: "How many machines one run deletes at most. It paces, it doesn't stop.",
    unit: "machines",
    example: 10,
  }),
  fuse: field(
    withDefault(
      section({
        count: field(withDefault(wholeNumber(0, 10_000), 5), {
          description:
            "More suspects than this, and a greater share than below: nobody is deleted until a person approves.",
          unit: "machines",
          example: 5,
        }),
        share: field(
          withDefault(
            z.number().check(z.gte(0, { error: "a share from 0 to 1" }), z.lte(1, { error: "a share from 0 to 1" })),
            0.5,
          ),
          {
            description: "The share of the fleet's machines that goes with the count.",
            unit: "share from 0 to 1",
            example: 0.5,
          },
        ),
      }),
      {},
    ),
    { description: "Stops collection when suspiciously many machines look orphaned at once." },
  ),
});

export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

export const maintenanceSchema = section({
  timeZone: field(withDefault(timeZone(), "UTC"), {
    description: "Time zone of the windows; daylight saving is followed.",
    example: "Europe/Berlin",
  }),
  windows: field(
    withDefault(
      z
        .array(
          section({
            days: field(z.array(z.enum(weekdays)).check(z.minLength(1, { error: "at least one day" })), {
              description: "Days on which the window opens.",
              example: ["Sat", "Sun"],
            }),
            start: field(matching(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day from "00:00" to "23:59"'), {
              description: "When it opens, by the clock of the time zone.",
              unit: "hh:mm",
              example: "02:00",
            }),
            duration: field(duration({ min: "15m", max: "1d" }), {
              description: "How long it stays open; it may reach into the next day.",
              unit: "duration such as 15m",
              example: "3h",
            }),
          }),
        )
        .check(z.maxLength(50, { error: "at most 50 windows" })),
      [],
    ),
    {
      description: "When disruptive changes may happen. None: whenever they are found.",
      example: [{ days: ["Sat"], start: "02:00", duration: "3h" }],
    },
  ),
});

/** What a topic can be told of. */
export const notificationEvents = [
  "Accepted",
  "Rejected",
  "Drifted",
  "Healed",
  "ApprovalNeeded",
  "Stalled",
  "Failed",
  "OrphansFound",
  "OrphansCollected",
  "FuseBlown",
  "Upgraded",
  "BackupOverdue",
] as const;

export const notificationsSchema = section({
  topics: field(
    withDefault(
      z
        .array(
          section({
            arn: field(
              matching(
                /^arn:aws(?:-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
                "the ARN of an SNS topic, such as arn:aws:sns:eu-central-1:123456789012:acme-gitlab",
              ),
              { description: "The SNS topic.", example: "arn:aws:sns:eu-central-1:123456789012:acme-gitlab" },
            ),
            events: field(
              withDefault(z.array(z.enum(notificationEvents)).check(z.minLength(1, { error: "at least one event" })), [
                "Rejected",
                "ApprovalNeeded",
                "Stalled",
                "Failed",
                "FuseBlown",
                "BackupOverdue",
              ]),
              { description: "What it is told of. Default: what needs a person.", example: ["Drifted", "Stalled"] },
            ),
            format: field(withDefault(z.enum(["Text", "Json"]), "Text"), {
              description: "Plain text for people, or JSON for programs.",
              example: "Text",
            }),
          }),
        )
        .check(z.maxLength(10, { error: "at most 10 topics" })),
      [],
    ),
    {
      description: "Topics that are told, each with events of its own.",
      example: [{ arn: "arn:aws:sns:eu-central-1:123456789012:acme-gitlab" }],
    },
  ),
});

const tagKey =
  "a tag key of up to 128 letters, digits, spaces or _ . : / = + - @, without the prefixes aws: and fleetkeeper:";
const tagValue = "a tag value of up to 256 letters, digits, spaces or _ . : / = + - @";

/** Source: AWS's tagging rules, in the narrow form that every service takes. */
export const tagsSchema = z
  .record(
    z
      .string({ error: tagKey })
      .check(
        z.regex(/^(?![aA][wW][sS]:|fleetkeeper:).{1,128}$/, { error: tagKey, abort: true }),
        unlike(/[^\p{L}\p{Zs}\p{N}_.:/=+\-@]/u, tagKey),
      ),
    z
      .string({ error: tagValue })
      .check(z.maxLength(256, { error: tagValue, abort: true }), unlike(/[^\p{L}\p{Zs}\p{N}_.:/=+\-@]/u, tagValue)),
  )
  .check(
    z.refine((tags) => Object.keys(tags).length <= 40, { error: "at most 40 tags (AWS allows 50, ours included)" }),
  );
