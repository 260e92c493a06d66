import type { ServiceContext } from "../../service.ts";
import type { SsmState } from "./state.ts";

export type SsmContext = ServiceContext<SsmState>;

export type Answer<Output> = Omit<Output, "$metadata">;

/** `arn:aws:ssm:REGION:ACCOUNT:parameter/NAME`; a name with a path brings its slash. */
export function ssmArn(context: SsmContext, type: "parameter" | "document", name: string): string {
  const separator = name.startsWith("/") ? "" : "/";
  return `arn:${context.partition}:ssm:${context.region}:${context.account}:${type}${separator}${name}`;
}
