import * as z from "zod/mini";
import { duration } from "../duration.ts";
import { field, optional, section, withDefault } from "../field.ts";
import { line, unlike, wholeNumber } from "../values.ts";

/**
 * GitLab's API takes tags as one list with commas, and keeps them without white space at their ends: others would differ
 * from what it answers for ever. Source: GitLab `lib/api/ci/runners.rb`, `CommaSeparatedToArray`.
 */
const tag = line(255).check(
  unlike(/,/u, "a tag without a comma: GitLab would take it for two"),
  unlike(/^\s|\s$/u, "a tag without white space at its ends: GitLab takes it off"),
);

/** What GitLab keeps of a runner. Source: GitLab API, "Create a runner" (`POST /user/runners`) and "Update a runner". */
export const registrationSchema = section({
  flow: field(withDefault(z.enum(["authentication-token", "registration-token"]), "authentication-token"), {
    description:
      "How the runner is made known. `registration-token` is for a GitLab before 16, or one that still allows it; it ends with 20.0.",
    example: "authentication-token",
  }),
  scope: field(withDefault(z.enum(["instance", "group", "project"]), "instance"), {
    description: "Whose jobs the runner takes.",
    example: "instance",
  }),
  groupId: field(optional(wholeNumber(1, 2_147_483_647)), {
    description: "The group, where the scope is one.",
    unit: "id",
    example: 42,
  }),
  projectId: field(optional(wholeNumber(1, 2_147_483_647)), {
    description: "The project, where the scope is one.",
    unit: "id",
    example: 4711,
  }),
  description: field(optional(line(1024)), {
    description: "What GitLab shows. Default: the fleet's name and the section's.",
    example: "acme build machines",
  }),
  tags: field(withDefault(z.array(tag).check(z.maxLength(50, { error: "at most 50 tags, GitLab's limit" })), []), {
    description: "Tags of jobs that it takes.",
    example: ["docker", "linux"],
  }),
  runUntagged: field(withDefault(z.boolean(), true), {
    description: "Whether it takes jobs without tags.",
    example: true,
  }),
  locked: field(withDefault(z.boolean(), false), {
    description: "Whether a project's runner can't be used by other projects.",
    example: false,
  }),
  paused: field(withDefault(z.boolean(), false), { description: "Whether it takes no new jobs.", example: false }),
  accessLevel: field(withDefault(z.enum(["not_protected", "ref_protected"]), "not_protected"), {
    description: "`ref_protected` takes jobs of protected branches and tags only.",
    example: "ref_protected",
  }),
  maximumTimeout: field(optional(duration({ min: "10m", max: "31d" })), {
    description: "The longest that a job may take on it. GitLab allows no less than 10 minutes.",
    unit: "duration such as 15m",
    example: "1h",
  }),
  maintenanceNote: field(
    optional(z.string().check(z.maxLength(1024, { error: "at most 1024 characters, GitLab's limit" }))),
    {
      description: "A note for administrators.",
      example: "owned by the platform team",
    },
  ),
});
