import { DescribeVpcsCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetObjectCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import {
  isAccessDenied,
  isAmbiguous,
  isBucketMissing,
  isConditionFailed,
  isInUse,
  isNotFound,
  isThrottled,
  isWriteRace,
  toFailure,
} from "../../shared/aws/classify.ts";
import { type AwsConfig, writerClient } from "../../shared/aws/clients.ts";
import { type Answer, cannedAws, socketError } from "./wire.ts";

const leave = () => undefined;
const ec2 = (config: AwsConfig) => writerClient(config, (settings) => new EC2Client(settings), leave);
const iam = (config: AwsConfig) => writerClient(config, (settings) => new IAMClient(settings), leave);
const s3 = (config: AwsConfig) => writerClient(config, (settings) => new S3Client(settings), leave);

const calls = {
  describeVpcs: (config: AwsConfig) => ec2(config).send(new DescribeVpcsCommand({})),
  runInstances: (config: AwsConfig) => ec2(config).send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 })),
  getRole: (config: AwsConfig) => iam(config).send(new GetRoleCommand({ RoleName: "acme-host" })),
  createRole: (config: AwsConfig) =>
    iam(config).send(new CreateRoleCommand({ RoleName: "acme-host", AssumeRolePolicyDocument: "{}" })),
  getObject: (config: AwsConfig) => s3(config).send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
  headObject: (config: AwsConfig) => s3(config).send(new HeadObjectCommand({ Bucket: "b", Key: "k" })),
  headBucket: (config: AwsConfig) => s3(config).send(new HeadBucketCommand({ Bucket: "b" })),
  putObject: (config: AwsConfig) => s3(config).send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: "x" })),
};

const ec2Error = (code: string, message = "m", status = 400): Answer => ({
  status,
  body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
});
const iamError = (code: string, message = "m", status = 400): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
});
const s3Error = (code: string, message = "m", status = 400, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>r-1</RequestId></Error>`,
});

const denied =
  "User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/acme-host because no identity-based policy allows the iam:CreateRole action";

const table: readonly [
  call: keyof typeof calls,
  answer: Answer,
  code: string,
  failureClass: string,
  hint: RegExp | undefined,
][] = [
  ["describeVpcs", ec2Error("RequestLimitExceeded", "m", 503), "Throttled", "retry", /rate/],
  ["runInstances", ec2Error("InsufficientInstanceCapacity", "m", 500), "NoCapacity", "retry", /zones/],
  ["runInstances", ec2Error("VcpuLimitExceeded"), "LimitExceeded", "terminal", /Service Quotas/],
  ["runInstances", ec2Error("InvalidParameterValue", "bad type"), "RequestRefused", "terminal", /field/],
  ["runInstances", ec2Error("InvalidGroup.NotFound"), "NotFound", "terminal", undefined],
  ["runInstances", ec2Error("DependencyViolation"), "InUse", "retry", /still uses/],
  ["runInstances", ec2Error("InvalidGroup.Duplicate"), "AlreadyThere", "terminal", /adopt/],
  [
    "runInstances",
    ec2Error("UnauthorizedOperation", "no. Encoded authorization failure message: abc123", 403),
    "AccessDenied",
    "terminal",
    /policies/,
  ],
  ["runInstances", ec2Error("AuthFailure", "not able to validate"), "CredentialsInvalid", "retry", /secret/],
  ["runInstances", ec2Error("RequestExpired", "Request has expired"), "ClockSkew", "retry", /clock/],
  ["runInstances", ec2Error("OptInRequired"), "RegionDisabled", "terminal", /enable/],
  ["runInstances", ec2Error("InternalError", "m", 500), "NoAnswer", "unknown", /next run/],
  ["describeVpcs", ec2Error("InternalError", "m", 500), "NoAnswer", "retry", /network/],
  ["runInstances", socketError("ECONNRESET"), "NoAnswer", "unknown", /next run/],
  ["describeVpcs", socketError("ECONNRESET"), "NoAnswer", "retry", /network/],
  ["runInstances", socketError("ECONNREFUSED"), "Unreachable", "retry", /endpoint/],
  ["getRole", iamError("NoSuchEntity", "m", 404), "NotFound", "terminal", undefined],
  ["createRole", iamError("EntityAlreadyExists", "m", 409), "AlreadyThere", "terminal", /adopt/],
  ["createRole", iamError("LimitExceeded", "m", 409), "LimitExceeded", "terminal", /Service Quotas/],
  ["createRole", iamError("MalformedPolicyDocument"), "RequestRefused", "terminal", /field/],
  ["createRole", iamError("ConcurrentModification", "m", 409), "Conflict", "retry", /tried again/],
  ["createRole", iamError("InvalidClientTokenId", "m", 403), "CredentialsInvalid", "retry", /access key/],
  ["createRole", iamError("ExpiredToken", "m", 403), "CredentialsExpired", "retry", /log in again/],
  [
    "createRole",
    iamError("AccessDenied", denied, 403),
    "AccessDenied",
    "terminal",
    /^Allow iam:CreateRole on arn:aws:iam::123456789012:role\/acme-host for arn:aws:sts::123456789012:assumed-role\/ci\/x \(no identity-based policy allows the iam:CreateRole action\)\.$/,
  ],
  ["getObject", s3Error("NoSuchBucket", "m", 404), "BucketMissing", "terminal", /--bucket/],
  ["getObject", s3Error("NoSuchKey", "m", 404), "NotFound", "terminal", undefined],
  ["headObject", { status: 404 }, "NotFound", "terminal", undefined],
  ["headBucket", { status: 403 }, "AccessDenied", "terminal", /policies/],
  [
    "headBucket",
    { status: 301, headers: { "x-amz-bucket-region": "us-west-2" } },
    "WrongRegion",
    "terminal",
    /us-west-2|region/,
  ],
  [
    "getObject",
    s3Error("AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong; expecting 'eu-west-1'"),
    "WrongRegion",
    "terminal",
    /--region eu-west-1/,
  ],
  [
    "getObject",
    s3Error("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403),
    "ClockSkew",
    "retry",
    /NTP/,
  ],
  ["putObject", s3Error("SlowDown", "m", 503), "Throttled", "retry", /rate/],
  ["putObject", s3Error("PreconditionFailed", "m", 412), "ConditionFailed", "retry", undefined],
];

test.each(table)("%s answered by %o is %s, %s", async (call, answer, code, failureClass, hint) => {
  const error = await calls[call](cannedAws([answer]).config).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const failure = toFailure(error, "doing it");
  expect(failure).toMatchObject({ code, class: failureClass });
  expect(failure.message).toMatch(/^doing it: /);
  if (hint === undefined) expect(failure.hint).toBeUndefined();
  else expect(failure.hint).toMatch(hint);
});

test("credentials that are missing say how to get some", async () => {
  const { config } = cannedAws([], {
    credentials: async () => {
      throw Object.assign(new Error("Could not load credentials from any providers"), {
        name: "CredentialsProviderError",
      });
    },
  });
  const error = await calls.getRole(config).catch((thrown: unknown) => thrown);
  expect(toFailure(error, "reading role acme-host")).toMatchObject({
    code: "CredentialsMissing",
    hint: expect.stringContaining("aws sso login"),
  });
});

test("EC2's encoded authorisation message is left out", async () => {
  const answer = ec2Error("UnauthorizedOperation", "no. Encoded authorization failure message: abc123", 403);
  const error = await calls.runInstances(cannedAws([answer]).config).catch((thrown: unknown) => thrown);
  expect(toFailure(error, "starting the host").message).not.toContain("abc123");
});

test("the questions that adapters ask tell the kinds of error apart", async () => {
  const thrownBy = (call: keyof typeof calls, answer: Answer): Promise<unknown> =>
    calls[call](cannedAws([answer]).config).catch((thrown: unknown) => thrown);
  expect(isNotFound(await thrownBy("getRole", iamError("NoSuchEntity", "m", 404)))).toBe(true);
  expect(isNotFound(await thrownBy("headObject", { status: 404 }))).toBe(true);
  expect(isNotFound(await thrownBy("getRole", iamError("AccessDenied", "m", 403)))).toBe(false);
  expect(isBucketMissing(await thrownBy("getObject", s3Error("NoSuchBucket", "m", 404)))).toBe(true);
  expect(isBucketMissing(await thrownBy("getObject", s3Error("NoSuchKey", "m", 404)))).toBe(false);
  expect(isInUse(await thrownBy("runInstances", ec2Error("InvalidGroup.InUse")))).toBe(true);
  expect(isThrottled(await thrownBy("putObject", s3Error("SlowDown", "m", 503)))).toBe(true);
  expect(isConditionFailed(await thrownBy("putObject", s3Error("PreconditionFailed", "m", 412)))).toBe(true);
  expect(isWriteRace(await thrownBy("putObject", s3Error("ConditionalRequestConflict", "m", 409)))).toBe(true);
  expect(isAccessDenied(await thrownBy("headBucket", { status: 403 }))).toBe(true);
  expect(isAmbiguous(await thrownBy("putObject", socketError("ECONNRESET")))).toBe(true);
  expect(isAmbiguous(await thrownBy("putObject", socketError("ECONNREFUSED")))).toBe(false);
});
