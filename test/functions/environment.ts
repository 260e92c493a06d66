import { CreatePolicyCommand, CreateRoleCommand, type IAMClient } from "@aws-sdk/client-iam";

export const account = "123456789012";
export const region = "eu-central-1";
export const bucket = "state";

/** As the CDK app sets it. */
export const functionEnvironment = {
  AWS_REGION: region,
  FLEETKEEPER_BUCKET: bucket,
  FLEETKEEPER_ACCOUNT: account,
  FLEETKEEPER_WORKER_ROLE: `arn:aws:iam::${account}:role/fleetkeeper-reconcile-worker`,
  FLEETKEEPER_ASK_ROLE: `arn:aws:iam::${account}:role/fleetkeeper-reconcile-worker`,
  FLEETKEEPER_BOUNDARY: `arn:aws:iam::${account}:policy/fleetkeeper-boundary`,
  FLEETKEEPER_RECONCILE_FUNCTION: `arn:aws:lambda:${region}:${account}:function:fleetkeeper-reconcile`,
  FLEETKEEPER_COLLECT_FUNCTION: `arn:aws:lambda:${region}:${account}:function:fleetkeeper-collect`,
  FLEETKEEPER_SCHEDULE_GROUP: "fleetkeeper",
  FLEETKEEPER_SCHEDULE_ROLE: `arn:aws:iam::${account}:role/fleetkeeper-schedule`,
  FLEETKEEPER_SCHEDULE_TARGET: `arn:aws:lambda:${region}:${account}:function:fleetkeeper-dispatch`,
  FLEETKEEPER_SCHEDULE_QUEUE: `arn:aws:sqs:${region}:${account}:fleetkeeper-dead-letters`,
  FLEETKEEPER_TICK_SECONDS: "300",
} as const;

/** A worker that the account's root user may become, and a boundary, for tests that aren't about permissions. */
export async function makeWorkerRole(iam: IAMClient): Promise<void> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: ["sts:AssumeRole", "sts:TagSession"] }],
  };
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  await iam.send(new CreatePolicyCommand({ PolicyName: "fleetkeeper-boundary", PolicyDocument }));
  await iam.send(
    new CreateRoleCommand({
      RoleName: "fleetkeeper-reconcile-worker",
      AssumeRolePolicyDocument: JSON.stringify(trust),
    }),
  );
}
