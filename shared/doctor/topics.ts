import type { TopicFacts, TopicReader } from "../aws/topic-reader.ts";
import type { Fleet } from "../desired/fleet.ts";
import { Failure } from "../engine/failure.ts";
import { type Check, type Finding, ok, warning, wrong } from "./diagnosis.ts";

/** The topics of a file: whether they are there, and whether the functions may tell them, as far as that can be read. */
export function topicChecks(
  { metadata, spec }: Fleet,
  reader: TopicReader,
  identify: () => Promise<{ readonly accountId: string }>,
): readonly Check[] {
  return spec.notifications.topics.map(
    ({ arn }): Check => [
      `topic ${arn}`,
      async () => {
        const { accountId } = await identify();
        const foreign = arn.split(":")[4] !== accountId;
        try {
          const found = await reader.topic(arn);
          if (found === undefined)
            return wrong("there is no such topic", "Make it, or correct spec.notifications.topics.");
          return judge(found, { arn, foreign, fleet: metadata.name, region: spec.region });
        } catch (error) {
          // Another account's topic mostly lets others publish and not look.
          if (!foreign || !(error instanceof Failure) || error.code !== "AccessDenied") throw error;
          return foreignTopic("and it can't be looked at from here");
        }
      },
    ],
  );
}

function foreignTopic(what: string): Finding {
  return warning(
    `it is in another account, ${what}`,
    "Its policy must let the role fleetkeeper-reconcile-worker publish, and notificationTopics in infra/settings.yaml must name it; `fleetkeeper notify --test` tries it.",
  );
}

function judge(
  { policy, kmsKey, confirmed, pending }: TopicFacts,
  place: { readonly arn: string; readonly foreign: boolean; readonly fleet: string; readonly region: string },
): Finding {
  if (place.foreign) return foreignTopic("and its policy decides who may tell it");
  if (denies(policy)) {
    return warning(
      "its policy denies sns:Publish to somebody",
      "See that it isn't the role fleetkeeper-reconcile-worker; `fleetkeeper notify --test` tries it with your credentials.",
    );
  }
  const [, , , region, , name] = place.arn.split(":");
  if (name !== `${place.fleet}-gitlab` || region !== place.region) {
    return warning(
      `the functions may tell it only where the installation's settings name it: only ${place.fleet}-gitlab in ${place.region} needs none`,
      "Name it for the fleet under notificationTopics in infra/settings.yaml.",
    );
  }
  if (kmsKey !== undefined && kmsKey !== "alias/aws/sns") {
    return warning(
      `it is encrypted by ${kmsKey}`,
      "The key's policy must let the role fleetkeeper-reconcile-worker do kms:GenerateDataKey* and kms:Decrypt (docs/runbook.md#notifications).",
    );
  }
  if (confirmed === 0) {
    return warning(
      pending === 0 ? "nobody is subscribed" : `${pending} subscribed, and nobody has confirmed it`,
      `aws sns subscribe --topic-arn ${place.arn} --protocol email --notification-endpoint ADDRESS`,
    );
  }
  return ok(`is there, ${confirmed} subscribed`);
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Condition?: object;
}

/** Whether some statement forbids publishing to somebody, whatever the circumstances: conditions (TLS only) aren't weighed. */
function denies(policy: string): boolean {
  const parsed = policy === "" ? {} : (JSON.parse(policy) as { readonly Statement?: Statement | readonly Statement[] });
  const statements = [parsed.Statement ?? []].flat() as readonly Statement[];
  return statements.some(
    ({ Effect, Action = [], Condition }) =>
      Effect === "Deny" &&
      Condition === undefined &&
      [Action].flat().some((action) => /^(\*|sns:(\*|publish\*?))$/i.test(String(action))),
  );
}
