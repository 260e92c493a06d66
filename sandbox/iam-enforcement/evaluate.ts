import { type ConditionBlock, holds, list } from "./condition.ts";
import { fits, type RequestContext } from "./pattern.ts";

/** One question to a policy: may this be done to that, under these circumstances? */
export interface AuthorizationRequest {
  /** `ec2:TerminateInstances` */
  readonly action: string;
  /** An ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: ConditionBlock;
}

export interface NamedPolicy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

export interface Principal {
  readonly policies: readonly NamedPolicy[];
  /** Each of them must allow it too: permissions boundary, session policy. */
  readonly limits: readonly NamedPolicy[];
}

export type Decision =
  | { readonly allowed: true; readonly by: readonly string[] }
  | { readonly allowed: false; readonly why: "explicit deny" | "no allow" | "limit"; readonly by?: string };

export function parsePolicy(name: string, document: string): NamedPolicy {
  const { Statement: statements = [] } = JSON.parse(document) as {
    readonly Statement?: Statement | readonly Statement[];
  };
  return {
    name,
    statements: Array.isArray(statements) ? (statements as readonly Statement[]) : [statements as Statement],
  };
}

/**
 * A deny anywhere wins; else some identity policy must allow it, and every limit too.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate({ policies, limits }: Principal, request: AuthorizationRequest): Decision {
  for (const policy of [...policies, ...limits]) {
    const [denied] = fitting(policy, "Deny", request);
    if (denied !== undefined) return { allowed: false, why: "explicit deny", by: denied };
  }
  const by = policies.flatMap((policy) => fitting(policy, "Allow", request));
  if (by.length === 0) return { allowed: false, why: "no allow" };
  for (const limit of limits) {
    if (fitting(limit, "Allow", request).length === 0) return { allowed: false, why: "limit", by: limit.name };
  }
  return { allowed: true, by };
}

/** `policy/Sid` of the statements that fit. */
function fitting(
  { name, statements }: NamedPolicy,
  effect: "Allow" | "Deny",
  request: AuthorizationRequest,
): readonly string[] {
  return statements.flatMap((statement, index) =>
    statement.Effect === effect && covers(statement, request) ? [`${name}/${statement.Sid ?? index}`] : [],
  );
}

function covers(statement: Statement, { action, resource, context }: AuthorizationRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const acts = (patterns: unknown) => list(patterns).some((pattern) => fits(pattern, action, noContext, true));
  const isOn = (patterns: unknown) => list(patterns).some((pattern) => fits(pattern, resource, context));
  const forAction = Action === undefined ? NotAction !== undefined && !acts(NotAction) : acts(Action);
  if (!forAction) return false;
  const forResource = Resource === undefined ? NotResource !== undefined && !isOn(NotResource) : isOn(Resource);
  return forResource && holds(Condition, context);
}

const noContext: RequestContext = new Map();
