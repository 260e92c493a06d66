import type { LaunchTemplateSpecification, RequestLaunchTemplateData, TagSpecification } from "@aws-sdk/client-ec2";
import { notImplemented } from "../../service-error.ts";
import type { Ec2Context } from "./context.ts";
import { ec2Error } from "./errors.ts";
import { checkIdentifier, notFound } from "./identifiers.ts";
import type { LaunchRequest } from "./launch-spec.ts";
import {
  LAUNCH_TEMPLATES,
  type LaunchTemplateRecord,
  type LaunchTemplateVersionRecord,
} from "./launch-template-state.ts";
import type { TagRecord } from "./state.ts";

interface Named {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

export function allTemplates(context: Ec2Context): readonly LaunchTemplateRecord[] {
  const now = context.clock.now();
  return Object.values(context.stateOf(LAUNCH_TEMPLATES).templates).filter(({ visibleAt }) => visibleAt <= now);
}

export function putTemplate(context: Ec2Context, template: LaunchTemplateRecord): LaunchTemplateRecord {
  context.stateOf(LAUNCH_TEMPLATES).templates[template.templateId] = template;
  return template;
}

/** By id or by name, one of the two. */
export function templateOf({ LaunchTemplateId: id, LaunchTemplateName: name }: Named, context: Ec2Context) {
  if (id !== undefined && name !== undefined) {
    throw ec2Error(
      "InvalidParameterCombination",
      "The request must include launchTemplateId or launchTemplateName, but not both.",
    );
  }
  if (id !== undefined) {
    const found = allTemplates(context).find(({ templateId }) => templateId === checkIdentifier("launchTemplate", id));
    if (found === undefined) throw notFound("launchTemplate", id);
    return found;
  }
  if (name === undefined) {
    throw ec2Error(
      "MissingParameter",
      "The request must contain the parameter launchTemplateId or launchTemplateName.",
    );
  }
  return templateNamed(name, context);
}

export function templateNamed(name: string, context: Ec2Context): LaunchTemplateRecord {
  const found = allTemplates(context).find((template) => template.name === name);
  if (found !== undefined) return found;
  throw ec2Error(
    "InvalidLaunchTemplateName.NotFoundException",
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

/** @param version a number, `$Latest` or `$Default` */
export function versionOf(template: LaunchTemplateRecord, version: string): LaunchTemplateVersionRecord {
  const number =
    version === "$Latest"
      ? Math.max(...template.versions.map((each) => each.number))
      : version === "$Default"
        ? template.defaultVersion
        : Number(version);
  const found = template.versions.find((each) => each.number === number);
  if (found !== undefined) return found;
  throw ec2Error(
    "InvalidLaunchTemplateId.VersionNotFound",
    `Could not find the specified version ${version} for the launch template with ID ${template.templateId}.`,
  );
}

/** What a launch by a template asks for, before what the caller says over it. */
export interface TemplateLaunch {
  readonly template: LaunchTemplateRecord;
  readonly version: LaunchTemplateVersionRecord;
  readonly request: LaunchRequest;
  readonly tags: readonly TagSpecification[];
}

const modelled: ReadonlySet<string> = new Set([
  ...[
    "BlockDeviceMappings",
    "DisableApiStop",
    "DisableApiTermination",
    "EbsOptimized",
    "IamInstanceProfile",
    "ImageId",
  ],
  ...["InstanceInitiatedShutdownBehavior", "InstanceType", "KeyName", "MetadataOptions", "Monitoring"],
  ...["NetworkInterfaces", "Placement", "SecurityGroupIds", "SecurityGroups", "TagSpecifications", "UserData"],
]);

/** @throws ServiceError NotImplemented for what a launch here can't do */
export function launchOf(specification: LaunchTemplateSpecification, context: Ec2Context): TemplateLaunch {
  const template = templateOf(specification, context);
  const version = versionOf(template, specification.Version ?? "$Default");
  const unknown = Object.keys(version.data).find((member) => !modelled.has(member));
  if (unknown !== undefined) throw notImplemented("ec2", `launches by a template with ${unknown}`);
  const { TagSpecifications: tags = [], ...request } = version.data as RequestLaunchTemplateData & LaunchRequest;
  return { template, version, request, tags };
}

/** Put by EC2 on what is launched by a template. */
export function templateTags({ template, version }: TemplateLaunch): readonly TagRecord[] {
  return [
    { Key: "aws:ec2launchtemplate:id", Value: template.templateId },
    { Key: "aws:ec2launchtemplate:version", Value: String(version.number) },
  ];
}
