/** One statement of a policy with its reason: policies, docs/permissions.md and the proofs are made from the same. */
export interface Grant {
  /** Letters and digits; unique within its policy. */
  readonly sid: string;
  /** Why it is there, for the documentation. */
  readonly why: string;
  readonly effect?: "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Everything but these, in place of `resources`. */
  readonly except?: true;
  readonly conditions?: Conditions;
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface PolicyJson {
  readonly Version: "2012-10-17";
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: "Allow" | "Deny";
    readonly Action: readonly string[];
    readonly Resource?: readonly string[];
    readonly NotResource?: readonly string[];
    readonly Condition?: Conditions;
  }[];
}

export function policyOf(grants: readonly Grant[]): PolicyJson {
  return {
    Version: "2012-10-17",
    Statement: grants.map(({ sid, effect, actions, resources, except, conditions }) => ({
      Sid: sid,
      Effect: effect ?? "Allow",
      Action: [...actions].sort(),
      ...(except === true ? { NotResource: resources } : { Resource: resources }),
      ...(conditions === undefined ? {} : { Condition: conditions }),
    })),
  };
}

/** The fleet of a worker's session. */
export const sessionFleet = `\${aws:PrincipalTag/fleet}`;

/** Of a thing that exists: it carries this session's fleet. */
export const ofFleet = { "aws:ResourceTag/fleetkeeper:fleet": sessionFleet } as const;
/** Of a thing that is made or tagged: it gets this session's fleet. */
export const asFleet = { "aws:RequestTag/fleetkeeper:fleet": sessionFleet } as const;
