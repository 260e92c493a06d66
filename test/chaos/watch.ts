import type { AuthorizedCall, Sandbox } from "../../sandbox/sandbox.ts";
import { fleetName } from "./fleet-shape.ts";
import { statesOf } from "./strangers.ts";

/** The access key of the reconciler's processes: everybody else is people. */
export const reconcilerKey = "AKIAFLEETKEEPERTESTS";

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

/** Reads a call's input without knowing its type. */
function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * Stands between the reconciler and the account and judges each write by what its target is at that very moment, from the
 * states and not through any API: nothing but what carries the fleet's mark (or is adopted by the file in force) is written,
 * nothing is made without the mark, nothing is deleted that a person hasn't approved.
 */
export class Watch {
  readonly violations: string[] = [];
  /** Names that some file says to adopt: roles, profiles, `fleetkeeper-acme-...` groups, buckets. */
  readonly adopted = new Set<string>();
  /** Targets (`iam/stale-role/x`) of destructive actions that a person approved. */
  readonly approved = new Set<string>();
  readonly #stateBucket: string;

  constructor(stateBucket: string) {
    this.#stateBucket = stateBucket;
  }

  judge(call: AuthorizedCall, sandbox: Sandbox): void {
    if (call.access !== "write" || call.caller.accessKeyId !== reconcilerKey) return;
    const why = this.#why(call, sandbox);
    if (why !== undefined) this.violations.push(`${call.service} ${call.operation.name}: ${why}`);
  }

  #why({ service, operation, input }: AuthorizedCall, sandbox: Sandbox): string | undefined {
    switch (service) {
      case "s3":
        return this.#bucket(operation.name, input, sandbox);
      case "iam":
        return this.#role(operation.name, input, sandbox);
      case "ec2":
        return this.#group(operation.name, input, sandbox);
      default:
        return "not a service that these kinds write to";
    }
  }

  #bucket(operation: string, input: unknown, sandbox: Sandbox): string | undefined {
    const name = text(member(input, "Bucket"));
    if (name === this.#stateBucket) {
      return text(member(input, "Key")).startsWith(`fleets/${fleetName}/`) ? undefined : "outside the fleet's folder";
    }
    if (operation === "CreateBucket") {
      return isMarked(member(input, "CreateBucketConfiguration", "Tags") as Tags, "cache-bucket")
        ? undefined
        : "made without our mark";
    }
    const bucket = statesOf(sandbox).s3.buckets[name];
    if (bucket === undefined) return undefined;
    if (!isMarked(bucket.tags, "cache-bucket") && !this.adopted.has(name)) return `bucket ${name} isn't ours`;
    if (operation === "DeleteBucket" && !this.approved.has(`cache-bucket/${name}`)) return `nobody approved that`;
    return /Object/.test(operation) ? "an object of the cache" : undefined;
  }

  #role(operation: string, input: unknown, sandbox: Sandbox): string | undefined {
    const { iam } = statesOf(sandbox);
    if (/^Create(?:Role|InstanceProfile)$/.test(operation)) {
      return isMarked(member(input, "Tags") as Tags, "iam") ? undefined : "made without our mark";
    }
    const key = (name: unknown) => `=${text(name).toLowerCase()}`;
    const role = iam.roles[key(member(input, "RoleName"))];
    const profile = iam.instanceProfiles[key(member(input, "InstanceProfileName"))];
    for (const thing of [role, profile]) {
      if (thing === undefined || isMarked(thing.tags, "iam")) continue;
      const name = "roleName" in thing && thing === role ? role.roleName : (profile?.profileName ?? "");
      // A role of ours may be taken out of anybody's profile before it is deleted, but only below our path or by its name.
      if (!this.adopted.has(name)) return `${name} isn't ours`;
    }
    if (operation === "DeleteRole" && role !== undefined && !this.#mayGo("role", role.roleName)) {
      return `nobody approved the end of role ${role.roleName}`;
    }
    if (
      operation === "DeleteInstanceProfile" &&
      profile !== undefined &&
      !this.#mayGo("profile", profile.profileName)
    ) {
      return `nobody approved the end of profile ${profile.profileName}`;
    }
    return undefined;
  }

  #mayGo(what: "role" | "profile", name: string): boolean {
    return [`stale-${what}/${name}`, `${what}/host`, `${what}/machine`].some((target) =>
      this.approved.has(`iam/${target}`),
    );
  }

  #group(operation: string, input: unknown, sandbox: Sandbox): string | undefined {
    const { ec2 } = statesOf(sandbox);
    if (operation === "CreateSecurityGroup") {
      return isMarked(member(input, "TagSpecifications", 0, "Tags") as Tags, "network")
        ? undefined
        : "made without our mark";
    }
    if (!/^(?:CreateTags|DeleteTags|.*SecurityGroup.*)$/.test(operation)) return "not a call that these kinds make";
    const resources = member(input, "Resources");
    for (const id of [text(member(input, "GroupId")), ...(Array.isArray(resources) ? resources.map(text) : [])]) {
      const group = ec2.securityGroups[id];
      if (id === "" || group === undefined) continue;
      if (!isMarked(ec2.tags[id], "network") && !this.adopted.has(group.groupName))
        return `${group.groupName} isn't ours`;
      if (operation === "DeleteSecurityGroup" && !this.approved.has(`network/stale-group/${id}`)) {
        return `nobody approved the end of ${group.groupName}`;
      }
    }
    return undefined;
  }
}

function isMarked(tags: Tags | undefined, kind: string): boolean {
  const has = (key: string, value: string) => tags?.some(({ Key, Value }) => Key === key && Value === value) === true;
  return has("fleetkeeper:fleet", fleetName) && has("fleetkeeper:kind", kind);
}
