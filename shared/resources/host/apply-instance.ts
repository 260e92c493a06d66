import type { HostWriter } from "../../aws/host-port.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { ApplyResult, OutputsByTarget } from "../../engine/kind.ts";
import { all } from "../common/ownership.ts";
import { changedTags } from "../common/tags.ts";
import { dataDevice, dataVolumeTag, hostTokens, type InstanceDesired } from "./desired.ts";
import { hostInputs, type InstanceState } from "./instance.ts";

/** Launches the next generation. What an earlier run launched under the same token and got no answer for is gone on with. */
export async function createInstance(
  host: HostWriter,
  fleet: string,
  desired: InstanceDesired,
  outputs: OutputsByTarget,
  now: number,
): Promise<ApplyResult> {
  const groupIds = knownGroups(outputs);
  const [imageId] = await Promise.all([
    "id" in desired.image ? desired.image.id : host.imageBehind(desired.image.ssm),
    checkZone(host, desired, outputs),
  ]);
  const { instanceType, profileName, subnetId, publicAddress, terminationProtection, metadata, root, tags, rootTags } =
    desired;
  const spec = {
    imageId,
    instanceType,
    subnetId,
    groupIds,
    profileName,
    metadata,
    terminationProtection,
    publicAddress,
    root,
    tags,
    rootTags,
  };
  for (const token of hostTokens(fleet)) {
    const launched = await host.launch(spec, token);
    if (launched.state === "launched") return pending(`launch ${launched.id}`, `host ${launched.id} is starting`, now);
    if (launched.state === "otherwise") {
      // An earlier run asked for something else under this token: whatever it made is the host, or has ended.
      const [made] = await host.instancesOfTokens([token]);
      const ended = made?.state === "terminated" || made?.state === "shutting-down";
      if (made !== undefined && !ended) return pending(`launch ${made.id}`, `host ${made.id} is starting`, now);
      if (made === undefined) throw unseen(token);
    }
  }
  throw new Failure({
    code: "TooManyHosts",
    class: "retry",
    message: "too many hosts of this fleet ended within the time that EC2 remembers them",
    hint: "Find out what terminates them; it is tried again once EC2 has forgotten the first.",
  });
}

function unseen(token: string): Failure {
  return new Failure({
    code: "NotSeenYet",
    class: "retry",
    message: `EC2 knows a launch under the token ${token} and doesn't list its instance yet`,
  });
}

function knownGroups(outputs: OutputsByTarget): readonly string[] {
  const { groupIds } = hostInputs(outputs);
  if (groupIds !== undefined) return groupIds;
  throw new Failure({ code: "DependencyPending", class: "retry", message: "the host's groups aren't known yet" });
}

/** A volume can't leave its zone, so neither can the host. */
async function checkZone(host: HostWriter, { subnetId }: InstanceDesired, outputs: OutputsByTarget): Promise<void> {
  const volume = outputs.get("host/volume/data");
  if (volume?.["zone"] === undefined) return;
  const zone = await host.zoneOf(subnetId);
  if (zone === volume["zone"]) return;
  throw new Failure({
    code: "ZoneMismatch",
    class: "terminal",
    message: `the data volume ${volume["id"]} is in ${volume["zone"]}, and subnet ${subnetId} in ${zone}`,
    hint: `Name a subnet of ${volume["zone"]} in spec.network.hostSubnetId, or move the data there by a snapshot.`,
  });
}

export async function updateInstance(
  host: HostWriter,
  desired: InstanceDesired,
  observed: InstanceState,
  changes: readonly Change[],
  outputs: OutputsByTarget,
  now: number,
): Promise<ApplyResult> {
  const { id } = observed;
  const has = (path: string) => changes.some((change) => change.path === path || change.path.startsWith(`${path}.`));
  const inputs = hostInputs(outputs);
  const tags = changedTags(changes);
  const rootTags = changedTags(
    changes.map((change) => ({ ...change, path: change.path.replace(/^rootVolume\./, "") })),
  );
  const rootOnly = Object.fromEntries(
    Object.entries(rootTags).filter(([key]) => changes.some(({ path }) => path === `rootVolume.tags[${key}]`)),
  );
  const growsRoot = ["sizeGiB", "type", "iops", "throughputMiBps"].some((key) => has(`rootVolume.${key}`));
  const root = observed.root?.id;
  await all([
    ...(Object.keys(tags).length > 0 ? [host.tag(id, tags)] : []),
    ...(root !== undefined && Object.keys(rootOnly).length > 0 ? [host.tag(root, rootOnly)] : []),
    ...(root !== undefined && growsRoot ? [host.modifyVolume(root, desired.root)] : []),
    ...(has("metadata") ? [host.setMetadata(id, desired.metadata)] : []),
    ...(has("terminationProtection") ? [host.setTerminationProtection(id, desired.terminationProtection)] : []),
    ...(has("profile") && inputs.profile !== undefined ? [host.setProfile(id, inputs.profile.arn)] : []),
    ...(has("groupIds") && inputs.groupIds !== undefined ? [host.setGroups(id, inputs.groupIds)] : []),
  ]);
  if (has("instanceType") && observed.state === "running") {
    await host.stop(id);
    return pending("stop", `host ${id} is stopping, to become a ${desired.instanceType}`, now);
  }
  if (observed.state === "stopped" && (has("instanceType") || has("state"))) {
    if (has("instanceType")) await host.setType(id, desired.instanceType);
    await host.start(id);
    return pending("start", `host ${id} is starting`, now);
  }
  if (growsRoot) return pending("modify-root", `the root volume of ${id} is being changed`, now);
  return { state: "done" };
}

/** Ends the host: the next look finds it gone and makes its successor, on the same data volume. */
export async function endInstance(
  host: HostWriter,
  observed: InstanceState,
  outputs: OutputsByTarget,
  now: number,
): Promise<ApplyResult> {
  const volume = outputs.get("host/volume/data");
  if (volume?.["keptOnTermination"] !== "true") throw dataAtRisk(observed);
  return terminate(host, observed, now);
}

/** Ends the host for good. Its data volume outlives it all the same: that one's end is approved for itself. */
export async function endHost(
  host: HostWriter,
  observed: InstanceState,
  outputs: OutputsByTarget,
  now: number,
): Promise<ApplyResult> {
  const volume = outputs.get("host/volume/data");
  // Never had one, or one that is certainly gone: `host/volume/data` is known without an id then.
  const none = volume === undefined ? observed.tags[dataVolumeTag] === undefined : volume["id"] === undefined;
  if (none || volume?.["keptOnTermination"] === "true") return terminate(host, observed, now);
  if (volume?.["attachedTo"] !== observed.id) throw dataAtRisk(observed);
  await host.keepOnTermination(observed.id, dataDevice);
  return pending("keep", `host ${observed.id} is told to leave its data volume when it goes`, now, 1_000);
}

async function terminate(host: HostWriter, observed: InstanceState, now: number): Promise<ApplyResult> {
  if (observed.terminationProtection) await host.setTerminationProtection(observed.id, false);
  await host.terminate(observed.id);
  return pending("terminate", `host ${observed.id} is shutting down`, now);
}

function dataAtRisk({ id }: InstanceState): Failure {
  return new Failure({
    code: "DataAtRisk",
    class: "retry",
    message: `whether the data volume outlives ${id} isn't certain, so it isn't ended`,
  });
}

/** @param wait milliseconds after which it is worth looking again */
export function pending(token: string, message: string, now: number, wait = 5_000): ApplyResult {
  return { state: "pending", operation: { token, startedAt: now, notBefore: now + wait, message } };
}
