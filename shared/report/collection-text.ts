import type { CollectionStatus } from "../resources/machines/collection-status.ts";
import { instant } from "./age.ts";

/** Collection in two lines, for a person. */
export function collectionText(status: CollectionStatus): string {
  const { suspect, stranded, leftovers, byAge, unknown, unknownLong, fuse, approved } = status;
  const { underAnHour, underADay, older } = byAge;
  const marked = suspect + stranded + leftovers;
  const ages = marked === 0 ? "" : ` (${underAnHour} under an hour, ${underADay} under a day, ${older} older)`;
  const long = unknownLong === 0 ? "" : `, ${unknownLong} of them for over an hour`;
  const blown = fuse === "blown" ? `blown, ${approved} approved: fleetkeeper gc --approve ID...` : "whole";
  return [
    `orphans: ${suspect} suspect, ${stranded} stranded, ${leftovers} left behind${ages}; ${unknown} unknown${long}; fuse ${blown}`,
    `collected: ${collectedText(status)}`,
    "",
  ].join("\n");
}

function collectedText({ collected, failed, lastCollectedAt }: CollectionStatus): string {
  const when = lastCollectedAt === undefined ? "" : `, last deletion ${instant(lastCollectedAt)}`;
  return `${collected} machines${when}${failed === 0 ? "" : `; ${failed} deletions failed`}`;
}
