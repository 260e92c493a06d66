import { type Behaviour, type Clients, codeOf, during } from "./behaviours.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

async function accountOf({ sts }: Clients): Promise<string> {
  return (await sts.getCallerIdentity({})).Account ?? "none";
}

/** STS, Lambda, Scheduler and Route 53. */
export const otherBehaviours: readonly Behaviour[] = [
  {
    name: "sts: who we are is an account and an ARN in it",
    aws: "true",
    source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
    async look({ sts }) {
      const { Account = "none", Arn = "" } = await sts.getCallerIdentity({});
      return String(/^\d{12}$/.test(Account) && Arn.includes(`:${Account}:`));
    },
  },
  {
    name: "sts: a role that isn't there can't be assumed",
    aws: "AccessDenied",
    source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
    async look(clients) {
      const RoleArn = `arn:aws:iam::${await accountOf(clients)}:role/${clients.place.prefix}-none`;
      return await codeOf(() => clients.sts.assumeRole({ RoleArn, RoleSessionName: "conformance" }));
    },
  },
  {
    name: "sts: a role that trusts somebody else can't be assumed",
    aws: "AccessDenied",
    source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
    async look(clients) {
      const { iam, sts, place } = clients;
      const RoleName = `${place.prefix}-others`;
      const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
      return await during(
        () => codeOf(() => sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: "conformance" })),
        () => iam.deleteRole({ RoleName }),
      );
    },
  },
  {
    name: "lambda: a function that isn't there",
    aws: "ResourceNotFoundException",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html",
    look: ({ lambda, place }) => codeOf(() => lambda.invoke({ FunctionName: `${place.prefix}-none` })),
  },
  {
    name: "lambda: an asynchronous event for a function that isn't there",
    aws: "ResourceNotFoundException",
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html",
    look: ({ lambda, place }) =>
      codeOf(() => lambda.invoke({ FunctionName: `${place.prefix}-none`, InvocationType: "Event", Payload: "{}" })),
  },
  {
    name: "scheduler: a schedule that isn't there",
    aws: "ResourceNotFoundException",
    source: "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html",
    look: ({ scheduler, place }) => codeOf(() => scheduler.getSchedule({ Name: `${place.prefix}-none` })),
  },
  {
    name: "scheduler: deleting a schedule that isn't there",
    aws: "ResourceNotFoundException",
    source: "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteSchedule.html",
    look: ({ scheduler, place }) => codeOf(() => scheduler.deleteSchedule({ Name: `${place.prefix}-none` })),
  },
  {
    name: "route53: a zone that isn't there",
    aws: "NoSuchHostedZone",
    source: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html",
    look: ({ route53 }) => codeOf(() => route53.getHostedZone({ Id: "Z0123456789NOTTHERE" })),
  },
  {
    name: "route53: records of a zone that isn't there",
    aws: "NoSuchHostedZone",
    source: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html",
    look: ({ route53 }) => codeOf(() => route53.listResourceRecordSets({ HostedZoneId: "Z0123456789NOTTHERE" })),
  },
];
