import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { PeopleClients } from "./clients.ts";
import { fleetName } from "./fleet-shape.ts";
import { statesOf } from "./strangers.ts";

const ourPath = `/fleetkeeper/${fleetName}/`;
const Tags = [{ Key: "undeclared", Value: "undeclared" }];
const rule = { ID: "undeclared", Status: "Enabled", Filter: { Prefix: "old/" }, Expiration: { Days: 999 } } as const;

function marked(tags: readonly { readonly Key: string; readonly Value: string }[] = [], kind: string): boolean {
  const has = (key: string, value: string) => tags.some(({ Key, Value }) => Key === key && Value === value);
  return has("fleetkeeper:fleet", fleetName) && has("fleetkeeper:kind", kind);
}

/** Adds to each of the fleet's things what no file declares. @returns what must stay, as of {@link undeclaredOf} */
export async function decorate(people: PeopleClients, sandbox: Sandbox): Promise<readonly string[]> {
  const { iam, ec2, s3 } = statesOf(sandbox);
  for (const { roleName, path, tags } of Object.values(iam.roles)) {
    if (path === ourPath && marked(tags, "iam")) await people.iam.tagRole({ RoleName: roleName, Tags });
  }
  for (const { profileName, path, tags } of Object.values(iam.instanceProfiles)) {
    if (path === ourPath && marked(tags, "iam"))
      await people.iam.tagInstanceProfile({ InstanceProfileName: profileName, Tags });
  }
  for (const id of Object.keys(ec2.securityGroups)) {
    // One that has just been made may not be seen yet.
    if (marked(ec2.tags[id], "network")) await people.ec2.createTags({ Resources: [id], Tags }).catch(() => undefined);
  }
  for (const { name: Bucket, tags } of Object.values(s3.buckets)) {
    if (!marked(tags, "cache-bucket")) continue;
    const others = (tags ?? []).filter(({ Key }) => Key !== "undeclared");
    await people.s3.putBucketTagging({ Bucket, Tagging: { TagSet: [...others, ...Tags] } });
    await people.s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
    const { Rules = [] } = await people.s3
      .getBucketLifecycleConfiguration({ Bucket })
      .catch(() => ({ Rules: [] as never[] }));
    await people.s3.putBucketLifecycleConfiguration({
      Bucket,
      LifecycleConfiguration: { Rules: [...Rules.filter(({ ID }) => ID !== rule.ID), rule] },
    });
  }
  return undeclaredOf(sandbox);
}

/** What is there that no file declares, each with the identity of what it is on. */
export function undeclaredOf(sandbox: Sandbox): readonly string[] {
  const { iam, ec2, s3 } = statesOf(sandbox);
  const found: string[] = [];
  const look = (thing: string, value: unknown): void => {
    if (JSON.stringify(value ?? null).includes("undeclared")) found.push(`${thing}: tag`);
  };
  for (const { roleName, roleId, tags } of Object.values(iam.roles)) look(`role ${roleName} ${roleId}`, tags);
  for (const { profileName, profileId, tags } of Object.values(iam.instanceProfiles)) {
    look(`profile ${profileName} ${profileId}`, tags);
  }
  for (const id of Object.keys(ec2.securityGroups)) look(`group ${id}`, ec2.tags[id]);
  for (const { name, createdAt, tags, versioning, configuration } of Object.values(s3.buckets)) {
    const thing = `bucket ${name} ${createdAt}`;
    look(thing, tags);
    if (versioning === "Enabled") found.push(`${thing}: versioning`);
    const lifecycle = JSON.stringify(configuration["lifecycle"] ?? null);
    if (lifecycle.includes('"undeclared"')) found.push(`${thing}: life cycle ${ruleText(configuration["lifecycle"])}`);
  }
  return found;
}

function ruleText(lifecycle: unknown): string {
  const rules = (lifecycle as { readonly Rules?: readonly { readonly ID?: string }[] }).Rules ?? [];
  return JSON.stringify(rules.find(({ ID }) => ID === rule.ID));
}

/** Whether what a {@link undeclaredOf} line stands on is still the same thing. */
export function stillThere(line: string, sandbox: Sandbox): boolean {
  const { iam, ec2, s3 } = statesOf(sandbox);
  const thing = line.slice(0, line.indexOf(": "));
  const [what, name = "", id] = thing.split(" ");
  switch (what) {
    case "role":
      return Object.values(iam.roles).some(({ roleId }) => roleId === id);
    case "profile":
      return Object.values(iam.instanceProfiles).some(({ profileId }) => profileId === id);
    case "group":
      return ec2.securityGroups[name] !== undefined;
    default:
      return s3.buckets[name]?.createdAt === Number(id);
  }
}

/** Takes the life cycle rule away again, which the lines of an account can't be told from the fleet's own. */
export function undecorate(sandbox: Sandbox): void {
  for (const { configuration } of Object.values(statesOf(sandbox).s3.buckets)) {
    const { Rules = [] } = (configuration["lifecycle"] ?? {}) as { readonly Rules?: { readonly ID?: string }[] };
    const at = Rules.findIndex(({ ID }) => ID === rule.ID);
    if (at >= 0) Rules.splice(at, 1);
  }
}
