import type { IamContext } from "./context.ts";
import { managedPolicy } from "./managed-policies.ts";
import type { RoleRecord } from "./state.ts";

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
}

/**
 * Whether some policy of the role allows the action on anything at all and none denies it outright. Resources and
 * conditions aren't looked at: this tells an agent that was given its channels from one that wasn't, and authorises nothing.
 */
export function allowsAction(role: RoleRecord, action: string, context: IamContext): boolean {
  const attached = role.attachedPolicies.flatMap((arn) => managedPolicy(arn, context)?.document ?? []);
  const documents = [...role.inlinePolicies.map((policy) => policy.document), ...attached];
  const fitting = documents.flatMap(statements).filter((statement) => covers(statement, action));
  return fitting.some(({ Effect }) => Effect === "Allow") && !fitting.some(({ Effect }) => Effect === "Deny");
}

function statements(document: string): readonly Statement[] {
  const { Statement: found } = JSON.parse(document) as { readonly Statement: Statement | readonly Statement[] };
  return Array.isArray(found) ? (found as readonly Statement[]) : [found as Statement];
}

function covers({ Action: action }: Statement, wanted: string): boolean {
  const patterns = typeof action === "string" ? [action] : (action ?? []);
  return patterns.some((pattern) => {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "i").test(wanted);
  });
}
