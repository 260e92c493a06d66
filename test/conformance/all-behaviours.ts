import { type Behaviour, clientsOf, type Place } from "./behaviours.ts";
import { ec2Behaviours } from "./behaviours-ec2.ts";
import { iamBehaviours } from "./behaviours-iam.ts";
import { s3Behaviours, stsBehaviours } from "./behaviours-s3.ts";

export const behaviours: readonly Behaviour[] = [...iamBehaviours, ...ec2Behaviours, ...s3Behaviours, ...stsBehaviours];

/** By behaviour: what a place answers where AWS answers otherwise. */
export async function deviationsAt(
  place: Place,
  each: (behaviour: Behaviour, answer: string) => void = () => {},
): Promise<Readonly<Record<string, string>>> {
  const clients = clientsOf(place);
  const found: Record<string, string> = {};
  for (const behaviour of behaviours) {
    const answer = await behaviour
      .look(clients)
      .catch((error: unknown) => `throws ${error instanceof Error ? error.name : String(error)}`);
    each(behaviour, answer);
    if (answer !== behaviour.aws) found[behaviour.name] = answer;
  }
  return found;
}
