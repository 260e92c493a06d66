import type { HostReader } from "../../aws/host-port.ts";
import type { IamReader } from "../../aws/iam-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import { iamPath } from "../../desired/names.ts";
import { Failure, failureWhile } from "../../engine/failure.ts";
import { absent, type Observation, present, unknown } from "../../engine/observation.ts";
import { parsePolicy } from "../common/policy-document.ts";
import { isMarked } from "../common/tags.ts";
import { type IamDesired, kind } from "./desired.ts";
import type { ProfileState } from "./profile.ts";
import type { RoleState } from "./role.ts";

export type IamState = RoleState | ProfileState;

type Seen = Observation<IamState>;

/** What left the file, by its real name: `stale-role/acme-runner`. */
const stale = { role: "stale-role/", profile: "stale-profile/" } as const;
/** Stands for whatever a failed listing would have shown. */
const listing = { role: "listing/roles", profile: "listing/profiles" } as const;

interface Look {
  readonly fleet: Fleet;
  readonly reader: IamReader;
  readonly instances: Pick<HostReader, "instancesOfProfile">;
  readonly desired: ReadonlyMap<string, IamDesired>;
  readonly inventory: readonly string[];
  readonly only: readonly string[] | undefined;
}

/**
 * Everything that is asked for is read side by side, in one round trip; a second one reads what the first found to be more
 * than was asked for. A check of single resources (`only`) asks first whether they exist: most of those don't yet.
 */
export async function observeIam(look: Look): Promise<ReadonlyMap<string, Seen>> {
  const named = (look.only ?? [...look.desired.keys()]).map(
    async (name) => [name, await seeNamed(look, name)] as const,
  );
  const left = look.only === undefined ? [seeLeft(look, "role"), seeLeft(look, "profile")] : [];
  const [seen, ...leftovers] = await Promise.all([Promise.all(named), ...left]);
  return new Map([...seen, ...leftovers.flat()]);
}

async function seeNamed(look: Look, name: string): Promise<Seen> {
  const desired = look.desired.get(name);
  if (desired !== undefined) {
    const whole = look.only === undefined;
    return desired.type === "role"
      ? answer(() => readRole(look.reader, desired.name, Object.keys(desired.policies), whole))
      : answer(() => readProfile(look.reader, desired.name));
  }
  if (name.startsWith(stale.role)) return seeStale(look, "role", name.slice(stale.role.length));
  if (name.startsWith(stale.profile)) return seeStale(look, "profile", name.slice(stale.profile.length));
  return absent;
}

/**
 * What the file no longer asks for and still carries our mark. What lost it is somebody else's now. An instance whose
 * profile or role is deleted loses its credentials within the hour, so who still lives by it is looked for.
 */
async function seeStale(look: Look, type: "role" | "profile", name: string): Promise<Seen> {
  if (wanted(look, type).has(name)) return absent;
  return answer<IamState>(async () => {
    const seen = type === "role" ? await readRole(look.reader, name, [], false) : await readProfile(look.reader, name);
    if (seen === undefined || !isMarked(seen.tags, look.fleet, kind)) return undefined;
    return { ...seen, usedBy: await usersOf(look, seen) };
  });
}

/** Ids of the instances that live by a role or profile. */
export async function usersOf(
  { reader, instances }: Pick<Look, "reader" | "instances">,
  state: IamState,
): Promise<readonly string[]> {
  const profiles = state.type === "profile" ? [state] : ((await reader.profilesOf(state.name)) ?? []);
  const users = await Promise.all(profiles.map(({ arn }) => instances.instancesOfProfile(arn)));
  return [...new Set(users.flat())].sort();
}

async function seeLeft(look: Look, type: "role" | "profile"): Promise<readonly (readonly [string, Seen])[]> {
  const path = iamPath(look.fleet.metadata.name);
  const remembered = look.inventory.filter((name) => !look.desired.has(name));
  const ofType = remembered.filter((name) => name.startsWith(stale[type]) || name === listing[type]);
  try {
    const below = await (type === "role" ? look.reader.roleNamesBelow(path) : look.reader.profileNamesBelow(path));
    const more = below.filter((name) => !wanted(look, type).has(name));
    const found = await Promise.all(
      more.map(async (name) => [`${stale[type]}${name}`, await seeStale(look, type, name)] as const),
    );
    // The listing was whole: what is remembered and not in it is gone.
    const gone = ofType.filter((name) => !found.some(([foundName]) => foundName === name));
    // A stranger's own is nothing to us, unless it is remembered: what is remembered gets an answer.
    const ours = found.filter(([name, seen]) => seen.state !== "absent" || ofType.includes(name));
    return [...ours, ...gone.map((name) => [name, absent] as const)];
  } catch (error) {
    const why = unknown(failureWhile(`looking for ${type}s that left the file`, error).message);
    return [listing[type], ...ofType].map((name) => [name, why] as const);
  }
}

function wanted(look: Look, type: "role" | "profile"): ReadonlySet<string> {
  return new Set([...look.desired.values()].filter((each) => each.type === type).map((each) => each.name));
}

async function answer<State extends IamState>(read: () => Promise<State | undefined>): Promise<Observation<State>> {
  try {
    const state = await read();
    return state === undefined ? absent : present(state);
  } catch (error) {
    return unknown(failureWhile("observing", error).message);
  }
}

/**
 * @param expected inline policies that are read without waiting for their listing
 * @param atOnce everything side by side, at the price of wasted calls where there is no such role
 */
async function readRole(
  reader: IamReader,
  name: string,
  expected: readonly string[],
  atOnce: boolean,
): Promise<RoleState | undefined> {
  const first = atOnce ? undefined : await reader.role(name);
  if (!atOnce && first === undefined) return undefined;
  const [role, listed, attachments, documents] = await Promise.all([
    first ?? reader.role(name),
    reader.inlinePolicyNames(name),
    reader.attachedPolicies(name),
    readPolicies(reader, name, expected),
  ]);
  if (role === undefined) return undefined;
  if (listed === undefined || attachments === undefined) throw changing(`role ${name}`);
  const texts = new Map([...documents, ...(await readPolicies(reader, name, without(listed, expected)))]);
  const policies = listed.map((policy) => {
    const text = texts.get(policy);
    if (text === undefined) throw changing(`inline policy ${policy} of role ${name}`);
    return [policy, parsePolicy(text)] as const;
  });
  const { trust, permissionsBoundary, ...rest } = role;
  return {
    type: "role",
    ...rest,
    trust: parsePolicy(trust),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    policies: Object.fromEntries(policies.sort(([a], [b]) => (a < b ? -1 : 1))),
    attachments: [...attachments].sort(),
  };
}

async function readPolicies(reader: IamReader, role: string, names: readonly string[]) {
  return Promise.all(names.map(async (name) => [name, await reader.inlinePolicy(role, name)] as const));
}

async function readProfile(reader: IamReader, name: string): Promise<ProfileState | undefined> {
  const profile = await reader.profile(name);
  return profile && { type: "profile", ...profile };
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  return names.filter((name) => !others.includes(name));
}

/** One call saw it and the other didn't: IAM's readers learn of a change one after the other. */
function changing(what: string): Failure {
  return new Failure({ code: "Changing", class: "retry", message: `${what} was changed while it was read` });
}
