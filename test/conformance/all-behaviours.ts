import { type Behaviour, clientsOf, type Place } from "./behaviours.ts";
import { bucketBehaviours } from "./behaviours-buckets.ts";
import { ec2Behaviours } from "./behaviours-ec2.ts";
import { iamBehaviours } from "./behaviours-iam.ts";
import { instanceBehaviours } from "./behaviours-instances.ts";
import { networkBehaviours } from "./behaviours-networks.ts";
import { objectBehaviours } from "./behaviours-objects.ts";
import { otherBehaviours } from "./behaviours-others.ts";
import { poolBehaviours } from "./behaviours-pools.ts";
import { ssmBehaviours } from "./behaviours-ssm.ts";
import { topicBehaviours } from "./behaviours-topics.ts";
import { volumeBehaviours } from "./behaviours-volumes.ts";

export const behaviours: readonly Behaviour[] = [
  ...iamBehaviours,
  ...ec2Behaviours,
  ...networkBehaviours,
  ...instanceBehaviours,
  ...volumeBehaviours,
  ...poolBehaviours,
  ...bucketBehaviours,
  ...objectBehaviours,
  ...ssmBehaviours,
  ...topicBehaviours,
  ...otherBehaviours,
];

/** By behaviour: what a place answers where AWS answers otherwise. */
export async function deviationsAt(
  place: Place,
  each: (behaviour: Behaviour, answer: string) => void = () => {},
  chosen: readonly Behaviour[] = behaviours,
  interrupted?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const clients = clientsOf(place);
  const found: Record<string, string> = {};
  for (const behaviour of chosen) {
    if (interrupted?.aborted === true) break;
    const answer = await behaviour
      .look(clients)
      .catch((error: unknown) => `throws ${error instanceof Error ? error.name : String(error)}`);
    each(behaviour, answer);
    if (answer !== behaviour.aws) found[behaviour.name] = answer;
  }
  return found;
}
