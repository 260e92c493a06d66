import type { LaunchTemplateVersion, RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { notImplemented } from "../../service-error.ts";
import type { Ec2Context } from "./context.ts";
import { required } from "./errors.ts";
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from "./launch-template-state.ts";

interface Given {
  readonly LaunchTemplateData?: RequestLaunchTemplateData | undefined;
  readonly VersionDescription?: string | undefined;
}

/** @param source the version that it goes on from: top-level members that are given replace those of it */
export function newVersion(
  number: number,
  input: Given,
  { clock, caller }: Ec2Context,
  source: RequestLaunchTemplateData = {},
): LaunchTemplateVersionRecord {
  const given = required(input.LaunchTemplateData, "LaunchTemplateData");
  if (given.InstanceMarketOptions?.SpotOptions?.ValidUntil !== undefined) {
    throw notImplemented("ec2", "launch templates with spot requests that end by themselves");
  }
  return {
    number,
    createdAt: clock.now(),
    createdBy: caller.arn,
    ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
    // Plain JSON: no dates are in it.
    data: JSON.parse(JSON.stringify({ ...source, ...given })) as RequestLaunchTemplateData,
  };
}

export function versionAnswer(
  template: LaunchTemplateRecord,
  version: LaunchTemplateVersionRecord,
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.templateId,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    VersionDescription: version.description,
    CreateTime: new Date(version.createdAt),
    CreatedBy: version.createdBy,
    DefaultVersion: version.number === template.defaultVersion,
    // The same members under the same names, whatever the types are called.
    LaunchTemplateData: version.data as LaunchTemplateVersion["LaunchTemplateData"],
  };
}
