import type { NewInstance, VolumeSettings } from "../../aws/host-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { displayName } from "../../desired/names.ts";
import { type HostFile, hostPaths } from "../common/host-request.ts";
import { stackPaths } from "../common/stack-files.ts";
import { fleetTag, kindTag, type Tags, tagsOf } from "../common/tags.ts";
import type { BackupManifest } from "./backup-manifest.ts";
import { gitLabImage } from "./upgrade-step.ts";

/** Of what lives only for a rehearsal. Hosts are found by another mark and by their launch, so it is never taken for one. */
export const rehearsalKind = "rehearsal";
/** On its instance: when whoever made it was last heard of, in epoch milliseconds. */
export const aliveTag = "fleetkeeper:rehearsal-alive";
/** Milliseconds without that sign after which a rehearsal's host is a left-over. */
export const aliveFor = 15 * 60_000;

export function rehearsalMark(fleet: string): Tags {
  return { [fleetTag]: fleet, [kindTag]: rehearsalKind };
}

/** Undefined: it isn't known; nobody gave a sign. */
export function lastSign(tags: Tags): number | undefined {
  const at = Number(tags[aliveTag] ?? Number.NaN);
  return Number.isFinite(at) ? at : undefined;
}

/**
 * A host like the fleet's, for an hour: nobody reaches it, it has no address, nothing protects it, and all of its volumes,
 * encrypted, end with it. @param groupId of the ways out
 */
export function rehearsalInstance(
  fleet: Fleet,
  imageId: string,
  groupId: string,
  now: number,
): NewInstance | undefined {
  const { host, iam, network } = fleet.spec;
  if (host === undefined) return undefined;
  const name = { Name: displayName(fleet.metadata.name, rehearsalKind) };
  const volume = (settings: VolumeSettings): VolumeSettings => ({
    sizeGiB: settings.sizeGiB,
    type: settings.type,
    encrypted: true,
    ...(settings.iops === undefined ? {} : { iops: settings.iops }),
    ...(settings.throughputMiBps === undefined ? {} : { throughputMiBps: settings.throughputMiBps }),
    ...(settings.kmsKey === undefined ? {} : { kmsKey: settings.kmsKey }),
  });
  return {
    imageId,
    instanceType: host.instanceType,
    subnetId: network.hostSubnetId,
    groupIds: [groupId],
    profileName: iam.hostRole.name,
    metadata: { tokens: "required", hopLimit: 1, endpoint: "enabled" },
    terminationProtection: false,
    publicAddress: host.publicAddress.type !== "None",
    root: volume(host.rootVolume),
    scratch: { device: "/dev/sdf", settings: volume(host.dataVolume) },
    tags: { ...name, ...tagsOf(fleet, rehearsalKind, "instance"), [aliveTag]: String(now) },
    rootTags: { ...name, ...tagsOf(fleet, rehearsalKind, "volume") },
  };
}

/**
 * GitLab of the backup's version and edition and nothing beside it. Without Sidekiq and mail: a copy of a GitLab must not run
 * its schedules, call its hooks or write to its users.
 */
export function rehearsalFiles({ gitlab: { version, edition } }: BackupManifest): readonly HostFile[] {
  const { data } = hostPaths;
  const settings = [
    "external_url 'http://rehearsal.invalid'",
    "sidekiq['enable'] = false",
    "gitlab_rails['gitlab_email_enabled'] = false",
    "gitlab_rails['incoming_email_enabled'] = false",
    "prometheus_monitoring['enable'] = false",
  ].join("; ");
  const image = `$${"{GITLAB_IMAGE}"}`;
  const compose = `# Written by Fleetkeeper, for a rehearsal.
name: fleetkeeper
services:
  gitlab:
    image: "${image}"
    hostname: "rehearsal.invalid"
    restart: "no"
    environment:
      GITLAB_OMNIBUS_CONFIG: "${settings}"
    volumes:
      - "${data}/gitlab/config:/etc/gitlab"
      - "${data}/gitlab/logs:/var/log/gitlab"
      - "${data}/gitlab/data:/var/opt/gitlab"
    shm_size: "256m"
`;
  return [
    { path: stackPaths.compose, content: compose, mode: "0644" },
    { path: stackPaths.gitlabVersion, content: `GITLAB_IMAGE=${gitLabImage(edition, version)}\n`, mode: "0644" },
  ];
}
