import type { ServiceContext } from "../../service.ts";
import type { IamState } from "./state.ts";

export type IamContext = ServiceContext<IamState>;

export type Answer<Output> = Omit<Output, "$metadata">;

/** `arn:aws:iam::ACCOUNT:role/PATH/NAME`; the path brings its own slashes. */
export function iamArn(
  context: Pick<IamContext, "partition" | "account">,
  type: "role" | "instance-profile" | "policy",
  path: string,
  name: string,
): string {
  return `arn:${context.partition}:iam::${context.account}:${type}${path}${name}`;
}
