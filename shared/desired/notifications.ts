import * as z from "zod/mini";
import { field, section, withDefault } from "./field.ts";
import { matching } from "./values.ts";

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
      description:
        "Topics that are told, each with events of its own. The functions may tell the topic `<fleet>-gitlab`, and those of the installation's `notificationTopics` (docs/deploy.md).",
      example: [{ arn: "arn:aws:sns:eu-central-1:123456789012:acme-gitlab" }],
    },
  ),
});
