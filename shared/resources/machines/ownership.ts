import { type Machine, tag } from "./machine.ts";
import { parseMachineName } from "./machine-name.ts";
import type { Foreign } from "./verdict.ts";

/** The part of {@link FleetIdentity} that tells ours from theirs, with its templates as a set. */
export interface Identity {
  readonly name: string;
  readonly profileArns: readonly string[];
  readonly groupIds: readonly string[];
  readonly templates: ReadonlySet<string>;
}

/** What an instance, a spot request, a volume or an interface shows of its owner. */
export type Owned = Pick<Machine, "keyName" | "profileArn" | "groupIds" | "tags" | "requestTags">;

/**
 * Why a machine isn't this fleet's; undefined if it is. Everything that it shows must be ours, by equality, and at least
 * one thing must be there: the fleet's tag, its machine profile, its machine group, or a key pair named as a manager of
 * this fleet names them. So an untagged machine (docker-machine tags last, some versions never) is still ours, and one
 * with our tag and somebody else's profile is not.
 */
export function foreignness(machine: Owned, fleet: Identity): Foreign | undefined {
  const fleets = [machine.tags[tag.fleet], machine.requestTags?.[tag.fleet]].filter((name) => name !== undefined);
  const other = fleets.find((name) => name !== fleet.name);
  if (other !== undefined) return { code: "other-fleet", fleet: other };
  const { profileArn, keyName } = machine;
  if (profileArn !== undefined && !fleet.profileArns.includes(profileArn)) {
    return { code: "other-profile", profile: profileArn };
  }
  const name = keyName === undefined ? undefined : parseMachineName(keyName);
  if (keyName !== undefined && name === undefined) return { code: "other-key-pair", keyName };
  const tagged = fleets.length > 0;
  if (name === undefined) {
    // docker-machine never launches without a key pair: only machines of an Auto Scaling group have none.
    const pooled = machine.tags[tag.scalingGroup] !== undefined || machine.tags[tag.kind] === "pool";
    return pooled && tagged && profileArn !== undefined ? undefined : { code: "not-a-machine" };
  }
  const marked = tagged || profileArn !== undefined || machine.groupIds.some((id) => fleet.groupIds.includes(id));
  return marked || fleet.templates.has(name.template) ? undefined : { code: "nothing-of-ours" };
}
