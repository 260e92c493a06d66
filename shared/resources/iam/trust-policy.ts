import { ec2Service } from "../common/arn.ts";
import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";

/** EC2 alone may assume the roles, for the instances that have their profile. */
export function trustPolicy(region: string): PolicyDocument {
  return tidyPolicy({
    Version: "2012-10-17",
    Statement: [{ Sid: "Ec2", Effect: "Allow", Principal: { Service: ec2Service(region) }, Action: "sts:AssumeRole" }],
  });
}
