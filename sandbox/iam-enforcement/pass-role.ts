import { iamArn } from "../services/iam/context.ts";
import { type IamState, nameKey } from "../services/iam/state.ts";
import type { JudgedCall, Question } from "./question.ts";

export interface PassedProfile {
  readonly profile: string;
  /** ARN of the role in it, where there is one. */
  readonly role: string | undefined;
}

/** The profile that a call gives an instance, by name or ARN. */
export function profileArnOf(
  given: unknown,
  iam: IamState,
  call: Pick<JudgedCall, "partition" | "account">,
): PassedProfile | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { Name, Arn } = given as { readonly Name?: string; readonly Arn?: string };
  const name = Name ?? Arn?.slice(Arn.lastIndexOf("/") + 1);
  if (name === undefined) return undefined;
  const record = iam.instanceProfiles[nameKey(name)];
  const role = record?.roleName === undefined ? undefined : iam.roles[nameKey(record.roleName)];
  return {
    profile: iamArn(call, "instance-profile", record?.path ?? "/", record?.profileName ?? name),
    role: role === undefined ? undefined : iamArn(call, "role", role.path, role.roleName),
  };
}

/** Handing a role to a service is asked of the role. */
export function passRole({ role }: Pick<PassedProfile, "role">, service: string): readonly Question[] {
  if (role === undefined) return [];
  return [{ action: "iam:PassRole", resource: role, context: { "iam:PassedToService": service } }];
}
