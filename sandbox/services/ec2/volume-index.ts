import type { Ec2Context } from "./context.ts";
import { type AttachmentRecord, attachmentOf, type VolumeRecord } from "./volume-state.ts";

export interface AttachedVolume {
  readonly volume: VolumeRecord;
  readonly attachment: AttachmentRecord;
}

/** Attached volumes by instance, found in one pass. */
export function volumesByInstance({ state, clock }: Ec2Context): ReadonlyMap<string, readonly AttachedVolume[]> {
  const now = clock.now();
  const index = new Map<string, AttachedVolume[]>();
  for (const volume of Object.values(state.volumes)) {
    const attachment = attachmentOf(volume, now);
    if (attachment === undefined) continue;
    const known = index.get(attachment.instanceId);
    if (known === undefined) index.set(attachment.instanceId, [{ volume, attachment }]);
    else known.push({ volume, attachment });
  }
  return index;
}
