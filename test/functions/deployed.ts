import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  type IAMClientConfig,
} from "@aws-sdk/client-iam";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { iamStateKey } from "../../sandbox/services/iam/service.ts";
import { nameKey } from "../../sandbox/services/iam/state.ts";
import { openSession, STS_STATE } from "../../sandbox/services/sts/sessions.ts";
import { resources, type Templates } from "../infra/synthesis.ts";
import { account } from "./environment.ts";

interface Named {
  readonly Ref: string;
}

/** Makes the roles and policies of synthesised templates in an embedded AWS, as CloudFormation would. */
export async function deployRoles(templates: Templates, settings: IAMClientConfig): Promise<void> {
  const iam = new IAMClient(settings);
  // People's own role, which was there before.
  const root = { Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [root] });
  await iam.send(new CreateRoleCommand({ RoleName: "admins", AssumeRolePolicyDocument }));
  for (const { Resources } of Object.values(templates)) {
    const arns = new Map<string, string>();
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== "AWS::IAM::ManagedPolicy") continue;
      const PolicyDocument = JSON.stringify(Properties["PolicyDocument"]);
      const PolicyName = String(Properties["ManagedPolicyName"]);
      const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
      arns.set(id, Policy?.Arn ?? "");
    }
    for (const { Type, Properties } of Object.values(Resources)) {
      const { RoleName, AssumeRolePolicyDocument, ManagedPolicyArns = [] } = Properties;
      if (Type !== "AWS::IAM::Role" || typeof RoleName !== "string") continue;
      const trust = JSON.stringify(AssumeRolePolicyDocument);
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
      for (const { Ref } of ManagedPolicyArns as readonly Named[]) {
        await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: arns.get(Ref) ?? Ref }));
      }
    }
  }
}

/** Credentials of a role, as Lambda gives them to a function, or STS to whoever assumes it. @param fleet session tag */
export function credentialsOf(sandbox: Sandbox, roleName: string, fleet?: string) {
  const role = sandbox.state(iamStateKey()).roles[nameKey(roleName)];
  if (role === undefined) throw new Error(`there is no role ${roleName}`);
  const tags = fleet === undefined ? [] : [{ Key: "fleet", Value: fleet }];
  const request = { role, sessionName: fleet ?? roleName, duration: 12 * 3600, tags };
  const { clock, random } = sandbox;
  const session = openSession(request, sandbox.state(STS_STATE), { clock, random, account, partition: "aws" });
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** A function's environment as the template sets it. Everything in it is known before it is deployed. */
export function environmentOf(templates: Templates, functionName: string): Record<string, string> {
  const found = resources(templates, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties["FunctionName"] === functionName,
  );
  const { Variables = {} } = (found?.Properties["Environment"] ?? {}) as {
    readonly Variables?: Record<string, string>;
  };
  return { ...Variables };
}
