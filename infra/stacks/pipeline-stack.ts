import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { CfnOIDCProvider, CfnRole } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Installation } from "../installation.ts";
import type { Grant } from "../policies/grant.ts";
import { planGrants, pushGrants } from "../policies/pipeline-grants.ts";
import type { Settings } from "../settings.ts";
import { managedPolicy } from "./role.ts";

type Pipeline = Settings["pipelines"][number];

/** Whose tokens a role takes: one subject to the letter, or patterns of them. */
type Subject = { readonly StringEquals: string } | { readonly StringLike: readonly string[] };

/** Of the tokens: pipelines ask for it, and roles insist on it. */
const audience = "sts.amazonaws.com";

const issuers = { gitlab: "gitlab.com", github: "token.actions.githubusercontent.com" } as const;

/** Roles for pipelines, by the tokens that GitLab and GitHub sign for each job: no key is stored anywhere. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, installation: Installation, props: StackProps) {
    super(scope, id, props);
    const { settings } = installation;
    const providers = new Map<string, CfnOIDCProvider>();
    if (!settings.existingOidcProviders) {
      for (const issuer of new Set(settings.pipelines.map(issuerOf))) {
        const provider = new CfnOIDCProvider(this, `Issuer-${issuer}`, {
          url: `https://${issuer}`,
          clientIdList: [audience],
        });
        providers.set(issuer, provider);
      }
    }
    settings.pipelines.forEach((pipeline, index) => {
      const { push, plan } = subjects(pipeline);
      const make = (what: "push" | "plan", subject: Subject, grants: readonly Grant[]): void => {
        const made = this.#role(installation, pipeline, `${what}${index === 0 ? "" : index + 1}`, subject, grants);
        const provider = providers.get(issuerOf(pipeline));
        if (provider !== undefined) made.addResourceDependency(provider);
      };
      make("push", { StringEquals: push }, pushGrants(installation, pipeline.fleets));
      make("plan", { StringLike: plan }, planGrants(installation));
    });
  }

  #role(
    { settings, iam }: Installation,
    pipeline: Pipeline,
    name: string,
    subject: Subject,
    grants: readonly Grant[],
  ): CfnRole {
    const issuer = issuerOf(pipeline);
    const [sub, aud] = [`${issuer}:sub`, `${issuer}:aud`];
    const policy = managedPolicy(this, `${name}Policy`, {
      name: `${settings.name}-pipeline-${name}`,
      description: `What pipelines of ${pipeline.project} may do: ${name}.`,
      grants,
    });
    const made = new CfnRole(this, `${name}Role`, {
      roleName: `${settings.name}-pipeline-${name}`,
      managedPolicyArns: [policy.ref],
      maxSessionDuration: 3600,
      assumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: iam(`oidc-provider/${issuer}`) },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition:
              "StringEquals" in subject
                ? { StringEquals: { [aud]: audience, [sub]: subject.StringEquals } }
                : { StringEquals: { [aud]: audience }, StringLike: { [sub]: subject.StringLike } },
          },
        ],
      },
    });
    new CfnOutput(this, `${name}Arn`, { value: made.attrArn, description: `For pipelines of ${pipeline.project}.` });
    return made;
  }
}

function issuerOf({ provider, issuer }: Pipeline): string {
  return issuer ?? issuers[provider];
}

/**
 * Whose tokens are meant. A push comes from the protected default branch alone.
 * https://docs.gitlab.com/ci/secrets/id_token_authentication/,
 * https://docs.github.com/actions/reference/openid-connect-reference
 */
function subjects({ provider, project, branch }: Pipeline): { readonly push: string; readonly plan: string[] } {
  switch (provider) {
    case "gitlab":
      return {
        push: `project_path:${project}:ref_type:branch:ref:${branch}`,
        plan: [`project_path:${project}:ref_type:branch:ref:*`],
      };
    case "github":
      return {
        push: `repo:${project}:ref:refs/heads/${branch}`,
        plan: [`repo:${project}:pull_request`, `repo:${project}:ref:refs/heads/*`],
      };
  }
}
