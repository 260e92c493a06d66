import { runSimulation } from "@cloud-copilot/iam-simulate";
import { documentNames } from "../../infra/fleetkeeper-app.ts";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import { installationOf } from "../../infra/installation.ts";
import { policyOf } from "../../infra/policies/grant.ts";
import { rolePolicies } from "../../infra/policies/role-policies.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { account } from "../functions/environment.ts";
import { everything } from "./synthesis.ts";

const policies = rolePolicies(installationOf(settingsSchema.parse(everything)), documentNames(hostDocuments()));

export type Worker = "reconcileWorker" | "planWorker" | "collectWorker";

/**
 * What an independent simulator says to a role's policies, in a session for a fleet.
 * @param context further condition keys of the call
 */
export async function may(
  role: Worker,
  fleet: string,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const identityPolicies = Object.entries(policies[role]).map(([name, grants]) => ({ name, policy: policyOf(grants) }));
  const answer = await runSimulation(
    {
      identityPolicies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      request: {
        action,
        principal: `arn:aws:iam::${account}:role/worker`,
        resource: { resource, accountId: account },
        contextVariables: { "aws:PrincipalTag/fleet": fleet, ...context },
      },
    },
    {},
  );
  if (answer.resultType !== "single") throw new Error(JSON.stringify(answer));
  return answer.result.analysis.result === "Allowed";
}
