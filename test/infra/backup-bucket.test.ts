import { runSimulation } from "@cloud-copilot/iam-simulate";
import { expect, test } from "vitest";
import { documentNames } from "../../infra/fleetkeeper-app.ts";
import { hostDocuments } from "../../infra/host-documents/documents.ts";
import { installationOf } from "../../infra/installation.ts";
import { policyOf } from "../../infra/policies/grant.ts";
import { rolePolicies } from "../../infra/policies/role-policies.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { account } from "../functions/environment.ts";
import { everything } from "./synthesis.ts";

const policies = rolePolicies(installationOf(settingsSchema.parse(everything)), documentNames(hostDocuments()));

type Worker = "reconcileWorker" | "planWorker" | "collectWorker";

/** What an independent simulator says to a role's policies, in a session for a fleet. */
async function may(role: Worker, fleet: string, action: string, resource: string): Promise<boolean> {
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
        contextVariables: { "aws:PrincipalTag/fleet": fleet },
      },
    },
    {},
  );
  if (answer.resultType !== "single") throw new Error(JSON.stringify(answer));
  return answer.result.analysis.result === "Allowed";
}

const backup = (bucket: string, fleet: string) => `arn:aws:s3:::${bucket}/gitlab/${fleet}/20261124T013000Z-scheduled`;

test.each([
  ["by default", "acme", "acme-gitlab-backups"],
  ["by the settings, as its file names it", "shop", "shop-dumps"],
])("a fleet's worker reads manifests and expires backups in a bucket that is named %s", async (_, fleet, bucket) => {
  const folder = backup(bucket, fleet);
  expect(await may("reconcileWorker", fleet, "s3:GetObject", `${folder}/manifest.json`)).toBe(true);
  expect(await may("reconcileWorker", fleet, "s3:DeleteObject", `${folder}/data.tar`)).toBe(true);
  expect(await may("reconcileWorker", fleet, "s3:PutEncryptionConfiguration", `arn:aws:s3:::${bucket}`)).toBe(true);
  expect(await may("planWorker", fleet, "s3:GetObject", `${folder}/manifest.json`)).toBe(true);
});

test.each([
  ["what a backup holds", "reconcileWorker", "shop", "s3:GetObject", `${backup("shop-dumps", "shop")}/data.tar`],
  ["a version", "reconcileWorker", "shop", "s3:DeleteObjectVersion", `${backup("shop-dumps", "shop")}/data.tar`],
  ["another fleet's bucket", "reconcileWorker", "acme", "s3:DeleteObject", `${backup("shop-dumps", "acme")}/data.tar`],
  ["another fleet's folder", "reconcileWorker", "shop", "s3:DeleteObject", `${backup("shop-dumps", "acme")}/data.tar`],
  ["a bucket of the cache", "reconcileWorker", "shop", "s3:DeleteObject", `${backup("shop-cache", "shop")}/data.tar`],
  ["a bucket that nobody named", "reconcileWorker", "shop", "s3:DeleteObject", `${backup("dumps", "shop")}/data.tar`],
  ["anything by a plan", "planWorker", "shop", "s3:DeleteObject", `${backup("shop-dumps", "shop")}/data.tar`],
  ["anything by collect", "collectWorker", "shop", "s3:DeleteObject", `${backup("shop-dumps", "shop")}/data.tar`],
] as const)("but never %s", async (_, role, fleet, action, resource) => {
  expect(await may(role, fleet, action, resource)).toBe(false);
});
