/** Documents are text as IAM gives them: percent-encoded JSON. Tags by key. Nothing here changes by itself. */
export type RoleRecord = {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly path: string;
  readonly trust: string;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly permissionsBoundary: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
};

export type ProfileRecord = {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly path: string;
  /** Names of its roles: none or one. */
  readonly roles: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
};

export type ProfileName = Pick<ProfileRecord, "name" | "arn" | "path">;

export interface IamReader {
  role(name: string): Promise<RoleRecord | undefined>;
  /** Names of a role's inline policies. */
  inlinePolicyNames(role: string): Promise<readonly string[] | undefined>;
  inlinePolicy(role: string, policy: string): Promise<string | undefined>;
  /** ARNs of the managed policies attached to a role. */
  attachedPolicies(role: string): Promise<readonly string[] | undefined>;
  profile(name: string): Promise<ProfileRecord | undefined>;
  /** Names of every role below a path. Listings carry no tags. */
  roleNamesBelow(path: string): Promise<readonly string[]>;
  profileNamesBelow(path: string): Promise<readonly string[]>;
  /** Every profile that holds the role. */
  profilesOf(role: string): Promise<readonly ProfileName[] | undefined>;
}

export interface NewRole {
  readonly name: string;
  readonly path: string;
  /** JSON text. */
  readonly trust: string;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly permissionsBoundary?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface NewProfile {
  readonly name: string;
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Idempotent but for the creates, which answer `exists` where the name is taken: look whose it is before going on. */
export interface IamWriter extends IamReader {
  createRole(role: NewRole): Promise<"created" | "exists">;
  /** Refused (`InUse`) while policies are attached or a profile holds it. */
  deleteRole(name: string): Promise<void>;
  putTrust(role: string, trust: string): Promise<void>;
  updateRole(
    role: string,
    fields: { readonly description?: string; readonly maxSessionSeconds?: number },
  ): Promise<void>;
  putPermissionsBoundary(role: string, boundary: string): Promise<void>;
  tagRole(role: string, tags: Readonly<Record<string, string>>): Promise<void>;
  putInlinePolicy(role: string, policy: string, document: string): Promise<void>;
  deleteInlinePolicy(role: string, policy: string): Promise<void>;
  attachPolicy(role: string, policyArn: string): Promise<void>;
  detachPolicy(role: string, policyArn: string): Promise<void>;
  createProfile(profile: NewProfile): Promise<"created" | "exists">;
  /** Refused (`InUse`) while it holds a role. */
  deleteProfile(name: string): Promise<void>;
  addRoleToProfile(profile: string, role: string): Promise<void>;
  removeRoleFromProfile(profile: string, role: string): Promise<void>;
  tagProfile(profile: string, tags: Readonly<Record<string, string>>): Promise<void>;
}
