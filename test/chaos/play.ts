import type { History } from "./history.ts";
import { endLife } from "./life-end.ts";
import type { Outcome } from "./outcome.ts";
import { Player } from "./player.ts";

/** A life of a fleet of roles, groups and a bucket, from its first file to its rest. */
export async function play(history: History): Promise<Outcome> {
  const player = await Player.open(history);
  for (const [index, step] of history.steps.entries()) await player.take(step, index);
  await endLife(player);
  return player.outcome();
}
