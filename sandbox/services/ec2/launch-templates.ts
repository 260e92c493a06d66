import type {
  CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateCommandOutput,
  DeleteLaunchTemplateCommandInput,
  DeleteLaunchTemplateCommandOutput,
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplatesCommandOutput,
  LaunchTemplate,
  ModifyLaunchTemplateCommandInput,
  ModifyLaunchTemplateCommandOutput,
} from "@aws-sdk/client-ec2";
import { idempotent } from "./client-tokens.ts";
import type { Answer, Ec2Context } from "./context.ts";
import { ec2Error, required } from "./errors.ts";
import { filterItems } from "./filters.ts";
import { allTemplates, putTemplate, templateNamed, templateOf, versionOf } from "./launch-template-lookup.ts";
import { LAUNCH_TEMPLATES, type LaunchTemplateRecord } from "./launch-template-state.ts";
import { newVersion } from "./launch-template-version.ts";
import { page } from "./pages.ts";
import { setTags, tagsFromSpecifications, tagsOf } from "./tags.ts";

/** Makes a template with version 1. Its data isn't checked before somebody launches by it, as in EC2. */
export function CreateLaunchTemplate(
  input: CreateLaunchTemplateCommandInput,
  context: Ec2Context,
): Answer<CreateLaunchTemplateCommandOutput> {
  const name = required(input.LaunchTemplateName, "LaunchTemplateName");
  const { state, clock, random, caller } = context;
  const tags = tagsFromSpecifications(input.TagSpecifications, ["launch-template"]).get("launch-template");
  const [id = ""] = idempotent("CreateLaunchTemplate", input, context, () => {
    if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
      throw ec2Error(
        "InvalidLaunchTemplateName.MalformedException",
        "Launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _",
      );
    }
    if (Object.values(context.stateOf(LAUNCH_TEMPLATES).templates).some((template) => template.name === name)) {
      throw ec2Error("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
    }
    const templateId = random.id("lt");
    putTemplate(context, {
      templateId,
      name,
      createdAt: clock.now(),
      createdBy: caller.arn,
      defaultVersion: 1,
      latestVersion: 1,
      versions: [newVersion(1, input, context)],
      visibleAt: clock.now() + state.timing.listingLag,
    });
    setTags(state, templateId, tags);
    return [templateId];
  });
  const made = context.stateOf(LAUNCH_TEMPLATES).templates[id];
  return made === undefined ? {} : { LaunchTemplate: templateAnswer(made, context) };
}

export function DescribeLaunchTemplates(
  input: DescribeLaunchTemplatesCommandInput,
  context: Ec2Context,
): Answer<DescribeLaunchTemplatesCommandOutput> {
  const ids = input.LaunchTemplateIds ?? [];
  const names = input.LaunchTemplateNames ?? [];
  const named = [
    ...ids.map((LaunchTemplateId) => templateOf({ LaunchTemplateId }, context)),
    ...names.map((name) => templateNamed(name, context)),
  ];
  const matching = filterItems(
    ids.length + names.length > 0 ? named : allTemplates(context),
    input.Filters,
    {
      "create-time": ({ createdAt }) => new Date(createdAt).toISOString(),
      "launch-template-name": ({ name }) => name,
    },
    ({ templateId }) => tagsOf(context.state, templateId),
  );
  const limits = { min: 1, max: 200, pageSize: context.pageSize ?? 200 };
  const { items, NextToken } = page(matching, ({ templateId }) => templateId, input, limits);
  return { LaunchTemplates: items.map((template) => templateAnswer(template, context)), NextToken };
}

/** Says which version counts where nobody says one. */
export function ModifyLaunchTemplate(
  input: ModifyLaunchTemplateCommandInput,
  context: Ec2Context,
): Answer<ModifyLaunchTemplateCommandOutput> {
  const { templateId } = templateOf(input, context);
  idempotent("ModifyLaunchTemplate", input, context, () => {
    const template = templateOf({ LaunchTemplateId: templateId }, context);
    const { number } = versionOf(template, required(input.DefaultVersion, "DefaultVersion"));
    return [putTemplate(context, { ...template, defaultVersion: number }).templateId];
  });
  return { LaunchTemplate: templateAnswer(templateOf({ LaunchTemplateId: templateId }, context), context) };
}

/** With all of its versions. Groups that were made by it stay, and launch nothing any more. */
export function DeleteLaunchTemplate(
  input: DeleteLaunchTemplateCommandInput,
  context: Ec2Context,
): Answer<DeleteLaunchTemplateCommandOutput> {
  const template = templateOf(input, context);
  const LaunchTemplate = templateAnswer(template, context);
  delete context.stateOf(LAUNCH_TEMPLATES).templates[template.templateId];
  delete context.state.tags[template.templateId];
  return { LaunchTemplate };
}

function templateAnswer(template: LaunchTemplateRecord, { state }: Ec2Context): LaunchTemplate {
  return {
    LaunchTemplateId: template.templateId,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.latestVersion,
    Tags: tagsOf(state, template.templateId),
  };
}
