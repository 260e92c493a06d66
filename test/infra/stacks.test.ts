import { statSync } from "node:fs";
import { App } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { expect, test } from "vitest";
import { alarmDefinitions } from "../../infra/alarms.ts";
import { fleetkeeperApp } from "../../infra/fleetkeeper-app.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { everything, resources, synthesise } from "./synthesis.ts";

const templates = synthesise();
const all = (type: string) => resources(templates, type).map(({ Properties }) => Properties);

test("cdk-nag finds nothing that isn't explained", () => {
  expect(() => synthesise(everything, true)).not.toThrow();
});

test("the state bucket is versioned, encrypted, private, refuses what isn't TLS, tells of objects, and is kept", () => {
  const [bucket] = resources(templates, "AWS::S3::Bucket");
  expect(bucket).toMatchObject({
    DeletionPolicy: "Retain",
    Properties: {
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    },
  });
  const policies = JSON.stringify(all("AWS::S3::BucketPolicy"));
  expect(policies).toContain('"aws:SecureTransport":"false"');
  expect(policies).toContain('"s3:TlsVersion":1.2');
});

test("every function is Node.js 24 on ARM, with its own log group and an age limit", () => {
  const functions = all("AWS::Lambda::Function");
  expect(functions.map((one) => one["FunctionName"]).sort()).toEqual([
    "fleetkeeper-collect",
    "fleetkeeper-dispatch",
    "fleetkeeper-plan",
    "fleetkeeper-reconcile",
  ]);
  for (const one of functions) {
    expect(one).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "handler.handler",
      LoggingConfig: { LogGroup: expect.anything() },
    });
  }
  expect(all("AWS::Lambda::EventInvokeConfig")).toHaveLength(4);
  for (const group of all("AWS::Logs::LogGroup")) expect(group["RetentionInDays"]).toBe(30);
});

test("a function has a queue for what fails if and only if its role may send there: Lambda refuses to make any other", () => {
  const resource = (id: string) => templates["functions"]?.Resources[id]?.Properties ?? {};
  const maySend = (role: string) =>
    (resource(role)["ManagedPolicyArns"] as { readonly Ref: string }[]).some(({ Ref }) =>
      JSON.stringify(resource(Ref)["PolicyDocument"]).includes("sqs:SendMessage"),
    );
  const queued = all("AWS::Lambda::Function").map((one): readonly [unknown, boolean, boolean] => {
    const [role = ""] = (one["Role"] as { readonly "Fn::GetAtt": readonly string[] })["Fn::GetAtt"];
    return [one["FunctionName"], one["DeadLetterConfig"] !== undefined, maySend(role)];
  });
  expect(queued.sort()).toEqual([
    ["fleetkeeper-collect", true, true],
    ["fleetkeeper-dispatch", true, true],
    ["fleetkeeper-plan", false, false],
    ["fleetkeeper-reconcile", true, true],
  ]);
});

test("how many fleets are reconciled at once is bounded by the settings", () => {
  const [reconcile] = resources(synthesise({ ...everything, concurrency: 3 }), "AWS::Lambda::Function")
    .map(({ Properties }) => Properties)
    .filter((one) => one["FunctionName"] === "fleetkeeper-reconcile");
  expect(reconcile).toMatchObject({ ReservedConcurrentExecutions: 3 });
});

test("a tick and a push invoke dispatch; the redrive of dead letters is off until a person switches it on", () => {
  const rules = all("AWS::Events::Rule");
  expect(rules).toContainEqual(expect.objectContaining({ ScheduleExpression: "rate(5 minutes)" }));
  expect(rules).toContainEqual(
    expect.objectContaining({
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: {
          bucket: { name: ["fleetkeeper-state-123456789012-eu-central-1"] },
          object: { key: [{ wildcard: "fleets/*/desired.yaml" }] },
        },
      },
    }),
  );
  expect(all("AWS::Lambda::EventSourceMapping")).toMatchObject([{ Enabled: false }]);
});

test("every alarm goes to the topic, says where the runbook explains it, and silence of the reconciler is one", () => {
  const definitions = alarmDefinitions(settingsSchema.parse(everything));
  const alarms = all("AWS::CloudWatch::Alarm");
  expect(alarms.map((alarm) => alarm["AlarmName"])).toEqual(definitions.map(({ name }) => `fleetkeeper-${name}`));
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({
      AlarmActions: [expect.anything()],
      AlarmDescription: expect.stringContaining("docs/runbook.md#"),
    });
  }
  expect(alarms).toContainEqual(
    expect.objectContaining({ AlarmName: "fleetkeeper-no-success", TreatMissingData: "breaching" }),
  );
  expect(all("AWS::SNS::Subscription")).toMatchObject([{ Protocol: "email", Endpoint: "ops@example.com" }]);
});

test("the topic takes what CloudWatch publishes for these alarms: its own policy replaces the default, which would", () => {
  const [policy] = all("AWS::SNS::TopicPolicy");
  const [topic] =
    Object.entries(templates["state"]?.Resources ?? {}).find(([, { Type }]) => Type === "AWS::SNS::Topic") ?? [];
  expect(policy).toMatchObject({
    Topics: [{ Ref: topic }],
    PolicyDocument: {
      Statement: expect.arrayContaining([
        {
          Sid: "AlarmsPublish",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: { Ref: topic },
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:fleetkeeper-*" },
          },
        },
      ]),
    },
  });
});

test("a worker can be assumed by its function alone, and only for one named fleet", () => {
  const worker = all("AWS::IAM::Role").find((role) => role["RoleName"] === "fleetkeeper-reconcile-worker");
  expect(worker?.["AssumeRolePolicyDocument"]).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::123456789012:role/fleetkeeper-reconcile"] },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringLike: { "aws:RequestTag/fleet": "?*" },
          "ForAllValues:StringEquals": { "aws:TagKeys": ["fleet"] },
        },
      },
    ],
  });
});

test("a user becomes people's role with a second factor; a role, whose session can't carry one, without", () => {
  const user = `arn:aws:iam::${everything.account}:user/ada`;
  const [people] = resources(synthesise({ ...everything, people: [...everything.people, user] }), "AWS::IAM::Role")
    .map(({ Properties }) => Properties)
    .filter((role) => role["RoleName"] === "fleetkeeper-teardown");
  const one = {
    StringLike: { "aws:RequestTag/fleet": "?*" },
    "ForAllValues:StringEquals": { "aws:TagKeys": ["fleet"] },
  };
  const may = (AWS: readonly string[], Condition: object) => ({
    Effect: "Allow",
    Principal: { AWS },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition,
  });
  expect(people?.["AssumeRolePolicyDocument"]).toEqual({
    Version: "2012-10-17",
    Statement: [may([user], { ...one, Bool: { "aws:MultiFactorAuthPresent": "true" } }), may(everything.people, one)],
  });
});

test("pipelines push from the default branch alone, and plan from every branch, by their own tokens", () => {
  const trusts = Object.fromEntries(
    all("AWS::IAM::Role").map((role) => [role["RoleName"], JSON.stringify(role["AssumeRolePolicyDocument"])]),
  );
  expect(trusts["fleetkeeper-pipeline-push"]).toContain('"project_path:platform/fleets:ref_type:branch:ref:main"');
  expect(trusts["fleetkeeper-pipeline-plan"]).toContain('"project_path:platform/fleets:ref_type:branch:ref:*"');
  expect(trusts["fleetkeeper-pipeline-push2"]).toContain('"repo:acme/fleets:ref:refs/heads/main"');
  expect(trusts["fleetkeeper-pipeline-push2"]).toContain(
    '"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"',
  );
});

test("a pipeline is one project and one branch, to the letter: a wildcard would let a group's other projects push", () => {
  const problems = (pipeline: object) =>
    settingsSchema
      .safeParse({ ...everything, pipelines: [{ provider: "gitlab", project: "a/b", fleets: ["acme"], ...pipeline }] })
      .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  expect(problems({})).toBeUndefined();
  expect(problems({ project: "platform/infra/fleets", branch: "release/1.x" })).toBeUndefined();
  for (const project of ["group/*", "group/fleet?", "group/$fleets", "fleets"]) {
    expect(problems({ project })).toEqual([expect.stringMatching(/^pipelines\.0\.project: one project's path/)]);
  }
  for (const branch of ["*", "release-?", "$x"]) {
    expect(problems({ branch })).toEqual([expect.stringMatching(/^pipelines\.0\.branch: one branch's name/)]);
  }
  const push = all("AWS::IAM::Role").find((role) => role["RoleName"] === "fleetkeeper-pipeline-push");
  expect(push?.["AssumeRolePolicyDocument"]).toMatchObject({
    Statement: [
      {
        Condition: {
          StringEquals: {
            "gitlab.com:aud": "sts.amazonaws.com",
            "gitlab.com:sub": "project_path:platform/fleets:ref_type:branch:ref:main",
          },
        },
      },
    ],
  });
});

test("what isn't asked for isn't made: no VPC, no pipelines' roles, no people's role", () => {
  const least = synthesise({ account: everything.account, region: everything.region });
  expect(Object.keys(least).sort()).toEqual(["documents", "functions", "state", "watch"]);
});

test("the VPC has public, private and intra subnets in each zone, and one NAT gateway", () => {
  expect(all("AWS::EC2::Subnet")).toHaveLength(6);
  expect(all("AWS::EC2::NatGateway")).toHaveLength(1);
});

test("zones of the VPC can be named, for not every account has all of a, b and c", () => {
  const { account, region } = everything;
  const named = resources(synthesise({ account, region, vpc: { zones: ["a", "c"] } }), "AWS::EC2::Subnet");
  const zones = named.map(({ Properties }) => Properties["AvailabilityZone"]);
  expect([...new Set(zones)].sort()).toEqual(["eu-central-1a", "eu-central-1c"]);
});

test("every host document is deployed, and changes of it become new versions", () => {
  const documents = all("AWS::SSM::Document");
  expect(documents.map((one) => one["Name"])).toContain("fleetkeeper-facts");
  for (const one of documents) expect(one).toMatchObject({ UpdateMethod: "NewVersion", DocumentType: "Command" });
});

test("two installations in one account share no name", () => {
  const names = (name: string) =>
    Object.values(synthesise({ ...everything, name, existingOidcProviders: true, vpc: undefined }))
      .flatMap(({ Resources }) => Object.values(Resources))
      .filter(({ Type }) => Type !== "AWS::SSM::Document")
      .flatMap(({ Properties = {} }) =>
        ["RoleName", "ManagedPolicyName", "FunctionName", "BucketName", "QueueName", "TopicName", "AlarmName"].flatMap(
          (key) => (typeof Properties[key] === "string" ? [Properties[key]] : []),
        ),
      );
  const first = new Set(names("one"));
  expect(names("two").filter((name) => first.has(name))).toEqual([]);
});

test("a bad setting is refused by name", () => {
  expect(() => synthesise({ ...everything, tickMinute: 5 })).toThrow(/tickMinute/);
  expect(() => synthesise({ ...everything, account: 123456789012 })).toThrow(/account/);
});

test("no policy is longer than IAM takes, and no role has more of them", () => {
  for (const policy of all("AWS::IAM::ManagedPolicy")) {
    expect(JSON.stringify(policy["PolicyDocument"]).length, String(policy["ManagedPolicyName"])).toBeLessThan(6144);
  }
  for (const role of all("AWS::IAM::Role")) {
    expect(((role["ManagedPolicyArns"] ?? []) as unknown[]).length).toBeLessThanOrEqual(10);
  }
});

test("no template comes near what CloudFormation takes", () => {
  const code = () => Code.fromInline("export const handler = () => undefined;");
  const { app } = fleetkeeperApp(settingsSchema.parse(everything), code, new App({ analyticsReporting: false }));
  for (const { stackName, templateFullPath } of app.synth().stacks) {
    // 1 MB in S3: CloudFormation's quotas. What is left is for the documents that are still to come.
    expect(statSync(templateFullPath).size, stackName).toBeLessThan(900_000);
  }
});
