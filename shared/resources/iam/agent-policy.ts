import { type PolicyDocument, tidyPolicy } from "../common/policy-document.ts";

/**
 * What the SSM agent needs to be registered and to run commands: its own channels. None of these actions but the first
 * knows resources (service authorization reference of ssm, ssmmessages and ec2messages). Not AmazonSSMManagedInstanceCore:
 * that one also lets whoever holds the credentials, every job on a machine for instance, read any parameter in the account.
 */
export function agentPolicy(): PolicyDocument {
  return tidyPolicy({
    Version: "2012-10-17",
    Statement: [
      { Sid: "Register", Effect: "Allow", Action: "ssm:UpdateInstanceInformation", Resource: "*" },
      {
        Sid: "Channels",
        Effect: "Allow",
        Action: [
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        Resource: "*",
      },
      {
        Sid: "Messages",
        Effect: "Allow",
        Action: [
          "ec2messages:AcknowledgeMessage",
          "ec2messages:DeleteMessage",
          "ec2messages:FailMessage",
          "ec2messages:GetEndpoint",
          "ec2messages:GetMessages",
          "ec2messages:SendReply",
        ],
        Resource: "*",
      },
    ],
  });
}
