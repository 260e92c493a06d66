import * as z from "zod/mini";
import { field, optional, section, withDefault } from "./field.ts";
import type { Finding } from "./problem.ts";
import { matching } from "./values.ts";

const roleName = () =>
  matching(/^[A-Za-z0-9+=,.@_-]{1,64}$/, "an IAM role name: up to 64 letters, digits or + = , . @ _ -");

const role = (description: string, example: string) =>
  field(
    withDefault(
      section({
        name: field(optional(roleName()), {
          description: "The role's name; the instance profile has the same. Default: derived from the fleet's name.",
          example,
        }),
        adopt: field(withDefault(z.boolean(), false), {
          description:
            "Whether to take over a role or profile of this name that exists and isn't marked as this fleet's.",
          example: false,
        }),
      }),
      {},
    ),
    { description },
  );

export const iamSchema = section({
  permissionsBoundary: field(
    optional(
      matching(
        /^arn:aws(?:-[a-z]+)*:iam::(?:\d{12}|aws):policy\/[A-Za-z0-9+=,.@_/-]{1,512}$/,
        "the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/boundary",
      ),
    ),
    {
      description: "Managed policy that bounds both roles, whatever else is attached to them.",
      example: "arn:aws:iam::123456789012:policy/boundary",
    },
  ),
  hostRole: role("Role and instance profile of the GitLab host, which also runs the runner manager.", "acme-host"),
  machineRole: role("Role and instance profile of the runner machines.", "acme-machine"),
});

type NamedRoles = { readonly hostRole: { readonly name: string }; readonly machineRole: { readonly name: string } };

export function checkIam(iam: NamedRoles): Finding[] {
  // IAM compares names without regard to case.
  if (iam.hostRole.name.toLowerCase() !== iam.machineRole.name.toLowerCase()) return [];
  return [
    {
      severity: "error",
      path: ["spec", "iam", "machineRole", "name"],
      message: "the same name as the host's role",
      expected: "two roles: machines, and so CI jobs, must not have the host's permissions",
      got: iam.machineRole.name,
    },
  ];
}
