import type {
  CreateLaunchTemplateVersionCommandInput,
  CreateLaunchTemplateVersionCommandOutput,
  DeleteLaunchTemplateVersionsCommandInput,
  DeleteLaunchTemplateVersionsCommandOutput,
  DescribeLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandOutput,
} from "@aws-sdk/client-ec2";
import { idempotent } from "./client-tokens.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { allTemplates, putTemplate, templateOf, versionOf } from "./launch-template-lookup.ts";
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from "./launch-template-state.ts";
import { newVersion, versionAnswer } from "./launch-template-version.ts";
import { page } from "./pages.ts";

export function CreateLaunchTemplateVersion(
  input: CreateLaunchTemplateVersionCommandInput,
  context: Ec2Context,
): Answer<CreateLaunchTemplateVersionCommandOutput> {
  const template = templateOf(input, context);
  const [made = ""] = idempotent("CreateLaunchTemplateVersion", input, context, () => {
    const number = template.latestVersion + 1;
    const source = input.SourceVersion === undefined ? undefined : versionOf(template, input.SourceVersion).data;
    const version = newVersion(number, input, context, source);
    putTemplate(context, { ...template, latestVersion: number, versions: [...template.versions, version] });
    return [String(number)];
  });
  const now = templateOf({ LaunchTemplateId: template.templateId }, context);
  return { LaunchTemplateVersion: versionAnswer(now, versionOf(now, made)) };
}

interface Row {
  readonly template: LaunchTemplateRecord;
  readonly version: LaunchTemplateVersionRecord;
}

/** One template's versions; `$Latest` and `$Default` of all templates where none is named. */
export function DescribeLaunchTemplateVersions(
  input: DescribeLaunchTemplateVersionsCommandInput,
  context: Ec2Context,
): Answer<DescribeLaunchTemplateVersionsCommandOutput> {
  const wanted = input.Versions ?? [];
  const named = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined;
  if (!named && (wanted.length === 0 || wanted.some((version) => !version.startsWith("$")))) {
    throw ec2Error("MissingParameter", "The request must contain a launch template's ID or name.");
  }
  const templates = named ? [templateOf(input, context)] : allTemplates(context);
  const least = input.MinVersion === undefined ? 1 : Number(input.MinVersion);
  const most = input.MaxVersion === undefined ? Number.POSITIVE_INFINITY : Number(input.MaxVersion);
  const rows = templates.flatMap((template): Row[] => {
    const versions =
      wanted.length > 0 ? [...new Set(wanted.map((each) => versionOf(template, each)))] : template.versions;
    return versions.filter(({ number }) => number >= least && number <= most).map((version) => ({ template, version }));
  });
  const matching = filterItems(rows, input.Filters, {
    "create-time": ({ version }) => new Date(version.createdAt).toISOString(),
    "image-id": ({ version }) => version.data.ImageId,
    "instance-type": ({ version }) => version.data.InstanceType,
    "is-default-version": ({ template, version }) => template.defaultVersion === version.number,
  });
  const limits = { min: 1, max: 200, pageSize: context.pageSize ?? 200 };
  const key = ({ template, version }: Row) => `${template.templateId} ${String(version.number).padStart(6, "0")}`;
  const { items, NextToken } = page(matching, key, input, limits);
  return {
    LaunchTemplateVersions: items.map(({ template, version }) => versionAnswer(template, version)),
    NextToken,
  };
}

/** Each on its own: the default version, and what isn't there, is told beside those that went. */
export function DeleteLaunchTemplateVersions(
  input: DeleteLaunchTemplateVersionsCommandInput,
  context: Ec2Context,
): Answer<DeleteLaunchTemplateVersionsCommandOutput> {
  const template = templateOf(input, context);
  const named = { LaunchTemplateId: template.templateId, LaunchTemplateName: template.name };
  const SuccessfullyDeletedLaunchTemplateVersions = [];
  const UnsuccessfullyDeletedLaunchTemplateVersions = [];
  const goes = new Set<number>();
  for (const text of required(input.Versions, "LaunchTemplateVersion")) {
    const VersionNumber = Number(text);
    const there = template.versions.some(({ number }) => number === VersionNumber);
    if (there && VersionNumber !== template.defaultVersion) {
      goes.add(VersionNumber);
      SuccessfullyDeletedLaunchTemplateVersions.push({ ...named, VersionNumber });
      continue;
    }
    const ResponseError = there
      ? { Code: "unexpectedError" as const, Message: "The default version can't be deleted." }
      : { Code: "launchTemplateVersionDoesNotExist" as const, Message: `There is no version ${text}.` };
    UnsuccessfullyDeletedLaunchTemplateVersions.push({ ...named, VersionNumber, ResponseError });
  }
  putTemplate(context, { ...template, versions: template.versions.filter(({ number }) => !goes.has(number)) });
  return { SuccessfullyDeletedLaunchTemplateVersions, UnsuccessfullyDeletedLaunchTemplateVersions };
}
