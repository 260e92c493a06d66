/** What one account's IAM holds: plain JSON, times in epoch milliseconds. Tables are keyed by {@link nameKey}. */
export interface IamState {
  timing: IamTiming;
  readonly roles: Record<string, RoleRecord>;
  readonly instanceProfiles: Record<string, InstanceProfileRecord>;
  /** Customer managed policies. */
  readonly policies: Record<string, PolicyRecord>;
}

/** How long IAM takes, in milliseconds. */
export interface IamTiming {
  /** How long a new role or profile, or a role just put into one, stays unknown to other services. */
  readonly propagation: number;
}

export const DEFAULT_IAM_TIMING: IamTiming = { propagation: 0 };

export interface TagRecord {
  readonly Key: string;
  readonly Value: string;
}

export interface NamedDocument {
  readonly name: string;
  /** As it was given, not encoded. */
  readonly document: string;
}

export interface RoleRecord {
  readonly roleName: string;
  readonly roleId: string;
  readonly path: string;
  readonly createdAt: number;
  readonly trustPolicy: string;
  readonly description?: string;
  /** Seconds. */
  readonly maxSessionDuration: number;
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  readonly tags: readonly TagRecord[];
  readonly inlinePolicies: readonly NamedDocument[];
  /** ARNs. */
  readonly attachedPolicies: readonly string[];
}

export interface InstanceProfileRecord {
  readonly profileName: string;
  readonly profileId: string;
  readonly path: string;
  readonly createdAt: number;
  readonly roleName?: string;
  /** When the role was put in. */
  readonly roleSince?: number;
  readonly tags: readonly TagRecord[];
}

export interface PolicyRecord {
  readonly policyName: string;
  readonly policyId: string;
  readonly path: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly description?: string;
  readonly defaultVersionId: string;
  /** Versions count up for ever; at most five are kept. */
  readonly lastVersion: number;
  readonly versions: readonly PolicyVersionRecord[];
  readonly tags: readonly TagRecord[];
}

export interface PolicyVersionRecord {
  readonly versionId: string;
  readonly document: string;
  readonly createdAt: number;
}

/** IAM doesn't tell names apart by case; the prefix keeps a name like `__proto__` an ordinary key. */
export function nameKey(name: string): string {
  return `=${name.toLowerCase()}`;
}

export function emptyIamState(timing: IamTiming): IamState {
  return { timing, roles: {}, instanceProfiles: {}, policies: {} };
}
