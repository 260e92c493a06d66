import type { Installation } from "../installation.ts";
import { type Conditions, type Grant, sessionFleet } from "./grant.ts";

const actions = ["sns:Publish"];

/**
 * Topics of the fleet alone: the one named after it (the whole name, so that `acme` never reaches a topic of `acme-next`), and those
 * that the installation's settings give it. A file that names any other is refused by IAM.
 */
export function notificationGrants({ arn, settings }: Installation): readonly Grant[] {
  return [
    {
      sid: "TellTopic",
      why: "What the file's `notifications` ask for, to the topic `<fleet>-gitlab` of this account and region.",
      actions,
      resources: [arn("sns", `${sessionFleet}-gitlab`)],
    },
    ...Object.entries(settings.notificationTopics).map(([fleet, resources], index): Grant => {
      const conditions: Conditions = { StringEquals: { "aws:PrincipalTag/fleet": fleet } };
      return {
        sid: `TellTopic${index + 1}`,
        why: "The same to the topics that the settings name for a fleet. One of another account needs a policy of its own that lets this role publish.",
        actions,
        resources,
        conditions,
      };
    }),
  ];
}
