import type { ServiceContext } from "../../service.ts";
import type { Ec2Context } from "../ec2/context.ts";
import { ec2StateKey } from "../ec2/service.ts";
import type { AutoScalingState } from "./state.ts";

export type AutoScalingContext = ServiceContext<AutoScalingState>;

/** An operation's answer without what the SDK adds to it. */
export type Answer<Output> = Omit<Output, "$metadata">;

/** EC2 as Auto Scaling works on it. */
export function ec2Of(context: AutoScalingContext): Ec2Context {
  return { ...context, state: context.stateOf(ec2StateKey()) };
}

export function groupArn({ partition, region, account, random }: AutoScalingContext, name: string): string {
  return `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:${random.uuid()}:autoScalingGroupName/${name}`;
}
