import { App, Validations } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { AwsSolutionsChecks } from "cdk-nag";
import { fleetkeeperApp } from "../../infra/fleetkeeper-app.ts";
import { type Settings, settingsSchema } from "../../infra/settings.ts";
import { account, region } from "../functions/environment.ts";

export interface CfnResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, CfnResource>>;
}

/** By the part of a stack's name that isn't the installation's: `functions`. */
export type Templates = Readonly<Record<string, Template>>;

/** An installation with everything that can be chosen. */
export const everything = {
  account,
  region,
  alarmEmails: ["ops@example.com"],
  people: [`arn:aws:iam::${account}:role/admins`],
  hostedZones: ["Z0123456789ABCDEFGHIJ"],
  cacheBuckets: { shop: ["shop-cache"] },
  backupBuckets: { shop: ["shop-dumps"] },
  notificationTopics: { shop: [`arn:aws:sns:${region}:${account}:shop-news`] },
  vpc: {},
  pipelines: [
    { provider: "gitlab", project: "platform/fleets", fleets: ["acme", "tiny"] },
    { provider: "github", project: "acme/fleets", fleets: ["acme"] },
  ],
} as const;

/** The templates of an installation, without any bundle. @param nag with cdk-nag's verdict, which throws */
export function synthesise(settings: unknown = everything, nag = false): Templates {
  const parsed: Settings = settingsSchema.parse(settings);
  const code = () => Code.fromInline("export const handler = () => undefined;");
  const { app } = fleetkeeperApp(parsed, code, new App({ analyticsReporting: false }));
  if (nag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return Object.fromEntries(
    app
      .synth()
      .stacks.map(({ stackName, template }) => [stackName.replace(`${parsed.name}-`, ""), template as Template]),
  );
}

/** Every resource of a type, in all stacks. */
export function resources(templates: Templates, type: string): readonly CfnResource[] {
  return Object.values(templates).flatMap(({ Resources }) =>
    Object.values(Resources).filter(({ Type }) => Type === type),
  );
}
