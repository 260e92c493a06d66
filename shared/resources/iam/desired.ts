import type { Fleet } from "../../desired/fleet.ts";
import { iamPath } from "../../desired/names.ts";
import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";
import { tagsOf } from "../common/tags.ts";
import { agentPolicy } from "./agent-policy.ts";
import { backupsPolicy, cachePolicy, type HostOutputs, outputsPolicy, secretsPolicy } from "./host-policies.ts";
import { machinesPolicy } from "./machines-policy.ts";
import { poolsPolicy } from "./pools-policy.ts";
import type { ProfileDesired } from "./profile.ts";
import type { RoleDesired } from "./role.ts";
import { trustPolicy } from "./trust-policy.ts";

export const kind = "iam";

export type IamDesired = RoleDesired | ProfileDesired;

/** What doesn't follow from the file. */
export interface IamEnvironment {
  /** Missing: the host gets no access to the state bucket. */
  readonly outputs?: HostOutputs;
  /** ARN of the permissions boundary of roles for which the file names none. Missing: those have, or keep, what they have. */
  readonly permissionsBoundary?: string;
}

type Of = "host" | "machine";

export function iamDesired(fleet: Fleet, environment: IamEnvironment): ReadonlyMap<string, IamDesired> {
  return new Map<string, IamDesired>([
    ["role/host", role(fleet, "host", hostPolicies(fleet, environment), environment)],
    ["role/machine", role(fleet, "machine", { agent: agentPolicy() }, environment)],
    ["profile/host", profile(fleet, "host")],
    ["profile/machine", profile(fleet, "machine")],
  ]);
}

/** One document, for each costs a call whenever somebody looks. */
function hostPolicies(fleet: Fleet, { outputs }: IamEnvironment): RoleDesired["policies"] {
  const backups = backupsPolicy(fleet);
  const pools = poolsPolicy(fleet);
  const parts = [
    agentPolicy(),
    ...(backups === undefined ? [] : [backups]),
    cachePolicy(fleet),
    machinesPolicy(fleet),
    ...(pools === undefined ? [] : [pools]),
    secretsPolicy(fleet),
    ...(outputs === undefined ? [] : [outputsPolicy(fleet, outputs)]),
  ];
  return { host: tidyPolicy({ Version: "2012-10-17", Statement: parts.flatMap(({ Statement }) => Statement) }) };
}

function role(
  fleet: Fleet,
  of: Of,
  policies: { readonly [name: string]: PolicyDocument },
  environment: IamEnvironment,
): RoleDesired {
  const { iam, region } = fleet.spec;
  const permissionsBoundary = iam.permissionsBoundary ?? environment.permissionsBoundary;
  const { name, adopt } = settingsOf(fleet, of);
  return {
    type: "role",
    name,
    path: iamPath(fleet.metadata.name),
    trust: trustPolicy(region),
    description: `${of === "host" ? "GitLab host" : "Runner machines"} of the fleet ${fleet.metadata.name}. Managed by Fleetkeeper.`,
    maxSessionSeconds: 3600,
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    policies,
    attachments: [],
    tags: tagsOf(fleet, kind, `role/${of}`),
    adopt,
  };
}

function profile(fleet: Fleet, of: Of): ProfileDesired {
  const { name, adopt } = settingsOf(fleet, of);
  return {
    type: "profile",
    name,
    path: iamPath(fleet.metadata.name),
    role: name,
    roleResource: `role/${of}`,
    tags: tagsOf(fleet, kind, `profile/${of}`),
    adopt,
  };
}

function settingsOf(fleet: Fleet, of: Of): { readonly name: string; readonly adopt: boolean } {
  return of === "host" ? fleet.spec.iam.hostRole : fleet.spec.iam.machineRole;
}
