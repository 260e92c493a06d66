import type { HostWriter } from "../../aws/host-port.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { ApplyResult, OutputsByTarget } from "../../engine/kind.ts";
import { changedTags } from "../common/tags.ts";
import { pending } from "./apply-instance.ts";
import { dataDevice, dataVolumeTag, type VolumeDesired, volumeTokens } from "./desired.ts";
import type { VolumeThere } from "./volume.ts";

/** In the zone of the host's subnet: where the host is, or will be. */
export async function createVolume(
  host: HostWriter,
  fleet: string,
  desired: VolumeDesired,
  now: number,
): Promise<ApplyResult> {
  const zone = await host.zoneOf(desired.subnetId);
  for (const token of volumeTokens(fleet)) {
    const id = await host.createVolume({ ...desired.settings, zone, tags: desired.tags }, token);
    if (id !== undefined) return pending("create", `data volume ${id} is being made`, now);
  }
  throw new Failure({
    code: "TooManyVolumes",
    class: "retry",
    message: "too many data volumes of this fleet were deleted within the time that EC2 remembers them",
  });
}

export async function updateVolume(
  host: HostWriter,
  desired: VolumeDesired,
  observed: VolumeThere,
  changes: readonly Change[],
  outputs: OutputsByTarget,
  now: number,
): Promise<ApplyResult> {
  const { id, attachment } = observed;
  const has = (...paths: readonly string[]) => changes.some(({ path }) => paths.includes(path));
  const tags = changedTags(changes);
  if (Object.keys(tags).length > 0) await host.tag(id, tags);
  if (has("deleteOnTermination") && attachment !== undefined) {
    await host.keepOnTermination(attachment.instanceId, attachment.device);
  }
  if (has("attachedTo", "remembered")) {
    const instance = instanceId(outputs);
    if (attachment !== undefined && attachment.instanceId !== instance) {
      await host.detach(id, attachment.instanceId);
      return pending("detach", `data volume ${id} is being detached from ${attachment.instanceId}`, now);
    }
    await host.tag(instance, { [dataVolumeTag]: id });
    if (attachment !== undefined) return { state: "done" };
    await host.attach(id, instance, dataDevice);
    return pending("attach", `data volume ${id} is being attached to ${instance}`, now);
  }
  if (has("sizeGiB", "type", "iops", "throughputMiBps")) {
    await host.modifyVolume(id, desired.settings);
    return pending("modify", `data volume ${id} is being changed`, now);
  }
  return { state: "done" };
}

/** Only ever by an approved teardown. EC2 deletes none that is attached. */
export async function endVolume(host: HostWriter, { id, attachment }: VolumeThere, now: number): Promise<ApplyResult> {
  if (attachment !== undefined) {
    throw new Failure({
      code: "InUse",
      class: "retry",
      message: `data volume ${id} is still attached to ${attachment.instanceId}`,
    });
  }
  await host.deleteVolume(id);
  return pending("delete", `data volume ${id} is being deleted`, now);
}

function instanceId(outputs: OutputsByTarget): string {
  const id = outputs.get("host/instance")?.["id"];
  if (id !== undefined) return id;
  throw new Failure({ code: "DependencyPending", class: "retry", message: "the host isn't known yet" });
}
