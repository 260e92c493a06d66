import type { SavedWorld } from "../../harness/saved-world.ts";
import type { Outcome } from "../outcome.ts";
import { hostEnd } from "./end.ts";
import type { HostHistory } from "./history.ts";
import { HostPlayer } from "./player.ts";

/** A life of a fleet with a host on which scripts really run. @param base the settled world that it goes on from */
export async function playHost(
  history: HostHistory,
  base: SavedWorld,
  trace: (line: string) => void = () => {},
): Promise<Outcome> {
  const player = await HostPlayer.open(history, base, trace);
  try {
    for (const [index, step] of history.steps.entries()) await player.take(step, index);
    trace("calm");
    return await player.outcome(await hostEnd(player, await player.comeToRest(), base));
  } finally {
    await player.world.close();
  }
}
