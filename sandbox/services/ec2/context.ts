import type { ServiceContext } from "../../service.ts";
import type { Ec2State } from "./state.ts";

export type Ec2Context = ServiceContext<Ec2State>;

/** An operation's answer without what the SDK adds to it. */
export type Answer<Output> = Omit<Output, "$metadata">;

/** `arn:aws:ec2:REGION:ACCOUNT:RESOURCE`. */
export function ec2Arn(context: Ec2Context, resource: string): string {
  return `arn:${context.partition}:ec2:${context.region}:${context.account}:${resource}`;
}
