import { iamArn } from "../services/iam/context.ts";
import { type IamState, nameKey } from "../services/iam/state.ts";
import { passRole } from "./pass-role.ts";
import { type JudgedCall, type Question, requestTags, resourceTags, text } from "./question.ts";

type Tags = readonly { Key?: string; Value?: string }[] | undefined;

/** Service authorization reference, "Actions, resources, and condition keys for AWS Identity and Access Management". */
export function iamQuestions(call: JudgedCall, iam: IamState): readonly Question[] {
  const { operation, input } = call;
  const action = `iam:${operation}`;
  const profile = text(input["InstanceProfileName"]);
  const role = text(input["RoleName"]);
  const tags = requestTags(input["Tags"] as Tags);
  if (profile !== undefined) {
    const record = iam.instanceProfiles[nameKey(profile)];
    const resource = iamArn(call, "instance-profile", record?.path ?? text(input["Path"]) ?? "/", profile);
    const passed = operation === "AddRoleToInstanceProfile" && role !== undefined ? [roleArn(call, iam, role)] : [];
    return [
      { action, resource, context: { ...resourceTags(record?.tags), ...tags } },
      ...(operation.startsWith("Create") && Object.keys(tags).length > 0
        ? [{ action: "iam:TagInstanceProfile", resource, context: tags }]
        : []),
      ...passed.flatMap((arn) => passRole({ role: arn }, "ec2.amazonaws.com")),
    ];
  }
  if (role !== undefined) {
    const record = iam.roles[nameKey(role)];
    const resource =
      operation === "CreateRole" ? iamArn(call, "role", text(input["Path"]) ?? "/", role) : roleArn(call, iam, role);
    const boundary = text(input["PermissionsBoundary"]) ?? record?.permissionsBoundary;
    const context = {
      ...resourceTags(record?.tags),
      ...tags,
      ...(boundary === undefined ? {} : { "iam:PermissionsBoundary": boundary }),
      ...(input["PolicyArn"] === undefined ? {} : { "iam:PolicyARN": text(input["PolicyArn"]) }),
    };
    return [
      { action, resource, context },
      ...(operation === "CreateRole" && Object.keys(tags).length > 0
        ? [{ action: "iam:TagRole", resource, context: tags }]
        : []),
    ];
  }
  const policy = text(input["PolicyArn"]);
  return [{ action, resource: policy ?? "*" }];
}

function roleArn(call: JudgedCall, iam: IamState, name: string): string {
  return iamArn(call, "role", iam.roles[nameKey(name)]?.path ?? "/", name);
}
