import type { Readers } from "../aws/ports.ts";
import type { Fleet } from "../desired/fleet.ts";
import { groupName, iamPath } from "../desired/names.ts";
import { Failure } from "../engine/failure.ts";
import { fleetTag, type Tags } from "../resources/common/tags.ts";
import { type Check, type Finding, ok, warning, wrong } from "./diagnosis.ts";

/** Names that the fleet will take: free, its own already, or somebody else's. */
export function nameChecks(fleet: Fleet, readers: Pick<Readers, "iam" | "bucket" | "network">): readonly Check[] {
  const { iam, cache, host } = fleet.spec;
  const roles = [iam.hostRole, iam.machineRole].flatMap(({ name, adopt }): Check[] => [
    [`role ${name}`, async () => role(fleet, name, adopt, await readers.iam.role(name))],
    [`instance profile ${name}`, async () => role(fleet, name, adopt, await readers.iam.profile(name))],
  ]);
  const buckets = [cache?.bucket, host?.backups?.bucket].filter((name) => name !== undefined);
  const groups = (["host", "machine", "egress"] as const).map((of): Check => {
    const name = groupName(fleet.metadata.name, of);
    return [`security group ${name}`, () => group(fleet, name, readers.network)];
  });
  return [
    ...roles,
    ...groups,
    ...buckets.map((name): Check => [`bucket ${name}`, () => bucket(fleet, name, readers.bucket)]),
  ];
}

async function group(fleet: Fleet, name: string, reader: Readers["network"]): Promise<Finding> {
  const { vpcId, adopt } = fleet.spec.network;
  const [found] = await reader.groupsNamed(vpcId, [name]);
  if (found === undefined) return ok("the name is free");
  return owned(fleet, found.tags, adopt, "Rename its users to another one and delete it, or set network.adopt: true.");
}

function role(
  fleet: Fleet,
  name: string,
  adopt: boolean,
  found: { readonly path: string; readonly tags: Tags } | undefined,
): Finding {
  if (found === undefined) return ok("the name is free");
  const path = iamPath(fleet.metadata.name);
  if (found.path !== path) {
    return wrong(`the name is taken below ${found.path}, and IAM knows a name once`, "Choose another under spec.iam.");
  }
  return owned(fleet, found.tags, adopt, `Choose another name than ${name} under spec.iam, or set adopt: true.`);
}

async function bucket(fleet: Fleet, name: string, reader: Readers["bucket"]): Promise<Finding> {
  try {
    const found = await reader.head(name);
    if (found === undefined) return ok("the name is free");
    if (found.region !== fleet.spec.region) {
      return wrong(`it is in ${found.region}, and the fleet in ${fleet.spec.region}`, "Choose another name.");
    }
    const tags = (await reader.tags(name)) ?? {};
    return owned(fleet, tags, false, "Choose another name, or adopt it in the file where it is yours.");
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "AccessDenied") throw error;
    return wrong("the name is another account's, or hidden from you", "Choose another: names of buckets are global.");
  }
}

function owned(fleet: Fleet, tags: Tags, adopt: boolean, hint: string): Finding {
  const mark = tags[fleetTag];
  if (mark === fleet.metadata.name) return ok("is this fleet's already");
  if (mark !== undefined) return wrong(`it is the fleet ${mark}'s`, hint);
  return adopt ? ok("is nobody's, and will be adopted") : warning("it is there without this fleet's mark", hint);
}
