import { type IamContext, iamArn } from "./context.ts";
import { type IamState, nameKey, type RoleRecord } from "./state.ts";

/** An instance profile as another service sees it. */
export interface PropagatedProfile {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  /** Undefined while the profile holds no role, or holds it for too short a time to be known. */
  readonly role: RoleRecord | undefined;
}

/**
 * The profile that another service finds by name or ARN; undefined while it is too new to have got there.
 * Source: "Changes that I make are not always immediately visible" in the IAM User Guide.
 */
export function propagatedProfile(
  by: { readonly name?: string | undefined; readonly arn?: string | undefined },
  state: IamState,
  context: Pick<IamContext, "partition" | "account" | "clock">,
): PropagatedProfile | undefined {
  const name = by.name ?? by.arn?.slice(by.arn.lastIndexOf("/") + 1) ?? "";
  const profile = state.instanceProfiles[nameKey(name)];
  const known = context.clock.now() - state.timing.propagation;
  if (profile === undefined || profile.createdAt > known) return undefined;
  const arn = iamArn(context, "instance-profile", profile.path, profile.profileName);
  if (by.arn !== undefined && by.arn !== arn) return undefined;
  const { roleName, roleSince = 0 } = profile;
  const role = roleName === undefined || roleSince > known ? undefined : state.roles[nameKey(roleName)];
  return { name: profile.profileName, arn, id: profile.profileId, role };
}

/** The role that another service finds by ARN. */
export function propagatedRole(
  arn: string,
  state: IamState,
  context: Pick<IamContext, "partition" | "account" | "clock">,
): RoleRecord | undefined {
  const role = state.roles[nameKey(arn.slice(arn.lastIndexOf("/") + 1))];
  if (role === undefined || role.createdAt > context.clock.now() - state.timing.propagation) return undefined;
  return iamArn(context, "role", role.path, role.roleName) === arn ? role : undefined;
}
