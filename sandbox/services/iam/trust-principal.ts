import { type IamContext, iamArn } from "./context.ts";
import { malformed } from "./errors.ts";

/**
 * Checks who a trust policy names. A role of this account must exist, as in IAM, which turns it into its unique id.
 * Source: "AWS JSON policy elements: Principal" in the IAM User Guide.
 */
export function checkTrustPrincipal(principal: unknown, context: IamContext): void {
  if (principal === "*") return;
  if (typeof principal !== "object" || principal === null || Array.isArray(principal)) {
    throw malformed("Syntax errors in policy.");
  }
  for (const [type, value] of Object.entries(principal)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const name of values) {
      if (typeof name !== "string") throw malformed("Syntax errors in policy.");
      if (!isKnown(type, name, context)) {
        throw malformed(`Invalid principal in policy: "${type.toUpperCase()}":"${name}"`);
      }
    }
  }
}

function isKnown(type: string, name: string, context: IamContext): boolean {
  switch (type) {
    case "Service":
      return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/.test(name);
    case "Federated":
      return (
        name === "cognito-identity.amazonaws.com" || /^[\w.-]+$/.test(name) || /^arn:[^:]+:iam::\d{12}:/.test(name)
      );
    case "AWS": {
      if (name === "*" || /^\d{12}$/.test(name)) return true;
      const arn = /^arn:[^:]+:(iam|sts)::(\d{12}):(.+)$/.exec(name);
      if (arn === null) return false;
      const [, service, account, resource] = arn;
      if (account !== context.account || resource === "root" || service === "sts") return true;
      return Object.values(context.state.roles).some(
        (role) => iamArn(context, "role", role.path, role.roleName) === name,
      );
    }
    default:
      return false;
  }
}
