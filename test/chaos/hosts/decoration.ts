import { LAUNCH_TEMPLATES } from "../../../sandbox/services/ec2/launch-template-state.ts";
import { ec2StateKey } from "../../../sandbox/services/ec2/service.ts";
import type { HostPerson } from "./host-person.ts";

const Tags = [{ Key: "undeclared", Value: "undeclared" }];
const config = "/srv/fleetkeeper/runner/config.toml";

/** Files beside and among ours, by path: on the data volume they stay whatever becomes of the host. */
const notes = {
  "/srv/fleetkeeper/gitlab/data/README": "theirs\n",
  "/srv/fleetkeeper/runner/notes.txt": "theirs\n",
  "/srv/fleetkeeper/stack/docker-compose.override.yaml.theirs": "theirs\n",
};
const sectionOfOthers = `
[[runners]]
  name = "undeclared"
  url = "https://elsewhere.example.com"
  token = "glrt-undeclared-undeclared"
  executor = "shell"
`;

/** Puts on the fleet's own things what no file declares. */
export async function decorate(person: HostPerson): Promise<void> {
  const { ec2, scaling } = person;
  const { InstanceId } = await person.instance();
  const { VolumeId } = await person.dataVolume();
  const Filters = [{ Name: "tag:fleetkeeper:fleet", Values: ["acme"] }];
  const { Addresses = [] } = await ec2.describeAddresses({ Filters });
  const { LaunchTemplates = [] } = await ec2.describeLaunchTemplates({ Filters });
  const ids = [
    InstanceId,
    VolumeId,
    ...Addresses.map(({ AllocationId = "" }) => AllocationId),
    ...LaunchTemplates.map(({ LaunchTemplateId = "" }) => LaunchTemplateId),
  ];
  await ec2.createTags({ Resources: ids, Tags });
  await scaling.createOrUpdateTags({
    Tags: [
      {
        ResourceType: "auto-scaling-group",
        ResourceId: "acme-next",
        Key: "undeclared",
        Value: "undeclared",
        PropagateAtLaunch: false,
      },
    ],
  });
  const { files } = (await person.host()).files;
  for (const [path, text] of Object.entries(notes)) files.write(path, text, 0o644);
  const text = files.text(config) ?? "";
  files.write(config, `log_level = "debug"\n${text}\n${sectionOfOthers}`);
}

export interface Decorations {
  /** What no file declares and is there, each with the identity of what it is on. */
  readonly lines: readonly string[];
  /** Whether the host's disk could be looked at: else nothing is known of files. */
  readonly seesDisk: boolean;
}

export async function decorations(person: HostPerson): Promise<Decorations> {
  const { tags } = person.world.sandbox.state(ec2StateKey());
  const lines = Object.entries(tags).flatMap(([id, list]) =>
    list.some(({ Key }) => Key === "undeclared") ? [`tag on ${id}`] : [],
  );
  const host = await person.host().catch(() => undefined);
  if (host?.record.mounts["/srv/fleetkeeper"] === undefined) return { lines, seesDisk: false };
  const { files } = host.files;
  for (const [path, text] of Object.entries(notes)) if (files.text(path) === text) lines.push(`file ${path}`);
  const text = files.text(config) ?? "";
  if (/^log_level = "debug"$/m.test(text)) lines.push("key in config.toml");
  if (/^\s*name = "undeclared"$/m.test(text)) lines.push("section in config.toml");
  return { lines, seesDisk: true };
}

/** Lines that were there, may be looked for, and are gone although what they stand on isn't. */
export function lostDecorations(before: readonly string[], now: Decorations, person: HostPerson): readonly string[] {
  const { instances, volumes, addresses } = person.world.sandbox.state(ec2StateKey());
  const { templates } = person.world.sandbox.state(LAUNCH_TEMPLATES);
  return before.filter((line) => {
    if (now.lines.includes(line)) return false;
    const id = /^tag on (.*)$/.exec(line)?.[1];
    if (id === undefined) return now.seesDisk;
    const instance = instances[id];
    const lives = instance !== undefined && instance.state !== "terminated" && instance.state !== "shutting-down";
    return lives || volumes[id] !== undefined || addresses[id] !== undefined || templates[id] !== undefined;
  });
}
