import type { Ec2State } from "../services/ec2/state.ts";
import type { SnsState } from "../services/sns/state.ts";
import { passRole } from "./pass-role.ts";
import { type JudgedCall, type Question, requestTags, resourceTags, text, texts } from "./question.ts";

/** SendCommand is judged by the document and by each instance. Service authorization reference of AWS Systems Manager. */
export function ssmQuestions(call: JudgedCall, ec2: Ec2State): readonly Question[] {
  const { operation, input, partition, region, account } = call;
  const action = `ssm:${operation}`;
  if (operation === "SendCommand") {
    const document = text(input["DocumentName"]) ?? "";
    const owner = document.startsWith("AWS-") ? "" : account;
    return [
      {
        action,
        resource: document.startsWith("arn:")
          ? document
          : `arn:${partition}:ssm:${region}:${owner}:document/${document}`,
      },
      ...texts(input["InstanceIds"]).map((id) => ({
        action,
        resource: `arn:${partition}:ec2:${region}:${account}:instance/${id}`,
        context: { ...resourceTags(ec2.tags[id]), ...resourceTags(ec2.tags[id], "ssm:resourceTag") },
      })),
    ];
  }
  const names = [...texts(input["Name"]), ...texts(input["Names"]), ...texts(input["Path"])];
  if (/Parameter/.test(operation) && names.length > 0) {
    return names.map((name) => {
      const owner = name.startsWith("/aws/") ? "" : account;
      return {
        action,
        resource: `arn:${partition}:ssm:${region}:${owner}:parameter/${name.replace(/^\//, "").replace(/\/$/, "")}`,
      };
    });
  }
  if (/Document/.test(operation) && names.length > 0) {
    return names.map((name) => ({ action, resource: `arn:${partition}:ssm:${region}:${account}:document/${name}` }));
  }
  return [{ action, resource: "*" }];
}

/** Who one is may be asked by everybody. */
export function stsQuestions({ operation, input }: JudgedCall): readonly Question[] {
  if (operation === "GetCallerIdentity") return [];
  const tags = requestTags(input["Tags"] as Parameters<typeof requestTags>[0]);
  const resource = text(input["RoleArn"]) ?? "*";
  const tagged = Object.keys(tags).length === 0 ? [] : [{ action: "sts:TagSession", resource, context: tags }];
  return [{ action: `sts:${operation}`, resource, context: tags }, ...tagged];
}

export function lambdaQuestions({ operation, input, partition, region, account }: JudgedCall): readonly Question[] {
  const name = text(input["FunctionName"]) ?? "";
  const resource = name.startsWith("arn:") ? name : `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  return [{ action: operation === "Invoke" ? "lambda:InvokeFunction" : `lambda:${operation}`, resource }];
}

export function schedulerQuestions({ operation, input, partition, region, account }: JudgedCall): readonly Question[] {
  const resource = `arn:${partition}:scheduler:${region}:${account}:schedule/${text(input["GroupName"]) ?? "default"}/${text(input["Name"]) ?? ""}`;
  const { RoleArn: role } = (input["Target"] ?? {}) as { readonly RoleArn?: string };
  return [{ action: `scheduler:${operation}`, resource }, ...passRole({ role }, "scheduler.amazonaws.com")];
}

export function route53Questions({ operation, input, partition }: JudgedCall): readonly Question[] {
  const zone = (text(input["HostedZoneId"]) ?? text(input["Id"]) ?? "*").replace("/hostedzone/", "");
  return [
    { action: `route53:${operation}`, resource: zone === "*" ? "*" : `arn:${partition}:route53:::hostedzone/${zone}` },
  ];
}

/** By the topic, with its tags. Service authorization reference of Amazon SNS: listing and subscriptions aside, one topic a call. */
export function snsQuestions(
  { operation, input, partition, region, account }: JudgedCall,
  sns: SnsState,
): readonly Question[] {
  const action = `sns:${operation}`;
  const tags = requestTags(input["Tags"] as Parameters<typeof requestTags>[0]);
  const name = text(input["Name"]);
  if (operation === "CreateTopic" && name !== undefined) {
    return [{ action, resource: `arn:${partition}:sns:${region}:${account}:${name}`, context: tags }];
  }
  const resource = text(input["TopicArn"]) ?? text(input["TargetArn"]) ?? text(input["ResourceArn"]) ?? "*";
  const topic = Object.values(sns.topics).find(({ arn }) => arn === resource);
  return [{ action, resource, context: { ...resourceTags(topic?.tags), ...tags } }];
}
