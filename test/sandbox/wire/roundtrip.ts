import * as autoscaling from "@aws-sdk/client-auto-scaling";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as route53 from "@aws-sdk/client-route-53";
import * as s3 from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sns from "@aws-sdk/client-sns";
import * as ssm from "@aws-sdk/client-ssm";
import * as sts from "@aws-sdk/client-sts";
import fc from "fast-check";
import { expect } from "vitest";
import { createSandbox } from "../../../sandbox/aws.ts";
import { VirtualClock } from "../../../sandbox/clock.ts";
import { Sandbox } from "../../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import type { ProtocolName, Service } from "../../../sandbox/service.ts";
import { type Member, type OperationModel, operationsOf } from "../../../sandbox/wire/shape.ts";
import { arbitraryValue, meant } from "./values.ts";

interface Sender {
  send(command: object): Promise<object>;
}

export interface Subject {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly client: object;
  readonly make: (settings: ReturnType<typeof settingsOf>) => Sender;
  /** Makes what operations need to get beyond "no such thing". */
  readonly prepare?: (sender: Sender) => Promise<unknown>;
  /** Operations that don't go by the rules, and why. */
  readonly except: Readonly<Record<string, string>>;
  readonly skip?: (member: Member) => boolean;
}

const Bucket = "acme-cache";
const s3Own = new Set(["Bucket", "CopySource", "RenameSource", "SSECustomerKey", "CopySourceSSECustomerKey"]);

export const subjects: readonly Subject[] = [
  {
    name: "ec2",
    protocol: "ec2Query",
    client: ec2,
    make: (settings) => new ec2.EC2Client(settings),
    except: { CopySnapshot: "the SDK signs a second request into it" },
  },
  { name: "iam", protocol: "awsQuery", client: iam, make: (settings) => new iam.IAMClient(settings), except: {} },
  {
    name: "sts",
    protocol: "awsQuery",
    client: sts,
    make: (settings) => new sts.STSClient(settings),
    except: {
      AssumeRoleWithSAML: "is not signed",
      AssumeRoleWithWebIdentity: "is not signed",
    },
  },
  {
    name: "autoscaling",
    protocol: "awsQuery",
    client: autoscaling,
    make: (settings) => new autoscaling.AutoScalingClient(settings),
    except: {},
  },
  {
    name: "route53",
    protocol: "restXml",
    client: route53,
    make: (settings) => new route53.Route53Client(settings),
    except: {},
  },
  {
    name: "lambda",
    protocol: "restJson1",
    client: lambda,
    make: (settings) => new lambda.LambdaClient(settings),
    except: { InvokeWithResponseStream: "answers with a stream of events" },
    // The answer's own status: with one of a failure, the SDK takes it for one.
    skip: ({ traits }) => traits.httpResponseCode !== undefined,
  },
  {
    name: "scheduler",
    protocol: "restJson1",
    client: scheduler,
    make: (settings) => new scheduler.SchedulerClient(settings),
    except: {},
  },
  {
    name: "sns",
    protocol: "awsQuery",
    client: sns,
    make: (settings) => new sns.SNSClient(settings),
    except: {},
  },
  { name: "ssm", protocol: "awsJson1_1", client: ssm, make: (settings) => new ssm.SSMClient(settings), except: {} },
  {
    name: "s3",
    protocol: "restXml",
    client: s3,
    make: (settings) => new s3.S3Client(settings),
    prepare: async (sender) => {
      const LocationConstraint = "eu-central-1";
      const make = new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } });
      await sender.send(make).catch(() => undefined);
      await sender.send(new s3.PutObjectCommand({ Bucket, Key: "key", Body: "0123456789" }));
    },
    except: {
      SelectObjectContent: "answers with a stream of events",
      WriteGetObjectResponse: "goes to a host of its own",
      CreateSession: "directory buckets have sessions of their own",
      CopyObject: "the SDK takes an empty answer for a failure",
      UploadPartCopy: "the SDK takes an empty answer for a failure",
      ListDirectoryBuckets: "directory buckets have a host of their own",
    },
    // Names must be valid, keys and checksums must fit the body: the SDK looks at them.
    skip: (member) => s3Own.has(member.name) || /^(Checksum|ContentMD5$|ContentLength$|Expires$)/.test(member.name),
  },
];

function settingsOf(handler: SandboxHandler) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  // The SDK warns of streams of unknown length, which some of the arbitrary ones are.
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return { region: "eu-central-1", credentials, requestHandler: handler, maxAttempts: 1, logger: silent };
}

/** A service that takes down what it gets and answers what it is told. */
function mirror(subject: Subject, operations: Iterable<string>) {
  const seen: { input: object; output: object } = { input: {}, output: {} };
  const run = (input: object) => {
    seen.input = input;
    return seen.output;
  };
  const service: Service = {
    name: subject.name,
    protocol: subject.protocol,
    client: subject.client,
    xmlNamespace: "https://example.com/",
    state: { name: subject.name, initial: () => ({}) },
    operations: Object.fromEntries([...operations].map((name) => [name, run])),
    throttle: { code: "Throttling", status: 400 },
  };
  const sandbox = new Sandbox({ services: [service], clock: new VirtualClock(), callLimit: 1 });
  return { seen, sender: subject.make(settingsOf(new SandboxHandler(sandbox))) };
}

function isCommandClass(value: unknown): value is new (input: object) => object {
  return typeof value === "function";
}

function commandOf(client: object, operation: string, input: object): object {
  const made = Object.entries(client).find(([name]) => name === `${operation}Command`)?.[1] as unknown;
  if (!isCommandClass(made)) throw new Error(`no ${operation}Command`);
  return new made(input);
}

function arbitraryOf(member: Member, skip: (member: Member) => boolean): fc.Arbitrary<object> {
  if (member.shape.type !== "structure") return fc.constant({});
  return arbitraryValue(member.shape, skip).map((value) => value as object);
}

/** Members that a caller must give although their names are the SDK's business. */
function fixed(operation: OperationModel): object {
  const { shape } = operation.input;
  const names = shape.type === "structure" ? shape.members.map((member) => member.name) : [];
  return {
    ...(names.includes("Bucket") ? { Bucket } : {}),
    ...(names.includes("CopySource") ? { CopySource: `${Bucket}/key` } : {}),
    ...(names.includes("RenameSource") ? { RenameSource: `${Bucket}/key` } : {}),
  };
}

/**
 * Sends arbitrary inputs of these operations through the real SDK and answers with arbitrary outputs.
 * @returns what came through otherwise than it was given, a line an operation
 */
export async function misread(
  subject: Subject,
  operations: readonly OperationModel[],
  runs: number,
): Promise<string[]> {
  const skip = subject.skip ?? (() => false);
  const { seen, sender } = mirror(
    subject,
    operations.map((operation) => operation.name),
  );
  const wrong: string[] = [];
  for (const operation of operations) {
    const cases = fc.tuple(arbitraryOf(operation.input, skip), arbitraryOf(operation.output, skip));
    const result = await fc.check(
      fc.asyncProperty(cases, async ([given, answered]) => {
        const input = { ...given, ...fixed(operation) };
        seen.output = answered;
        const answer = await sender.send(commandOf(subject.client, operation.name, input));
        expect(meant(seen.input) ?? {}).toMatchObject((meant(input) ?? {}) as object);
        expect(meant(await readStreams(answer)) ?? {}).toMatchObject((meant(answered) ?? {}) as object);
      }),
      { numRuns: runs, seed: 20261124, endOnFailure: true },
    );
    if (result.failed) wrong.push(`${operation.name}: ${String(result.errorInstance).slice(0, 600)}`);
  }
  return wrong;
}

async function readStreams(output: object): Promise<object> {
  const members: [string, unknown][] = [];
  for (const [name, value] of Object.entries(output)) members.push([name, await bytesOf(value)]);
  return Object.fromEntries(members);
}

async function bytesOf(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null || !("transformToByteArray" in value)) return value;
  const read = value.transformToByteArray as () => Promise<Uint8Array>;
  return read.call(value);
}

export function operationsToTry(subject: Subject): readonly OperationModel[] {
  return [...operationsOf(subject.client).values()].filter((operation) => subject.except[operation.name] === undefined);
}

/**
 * Asks the real services for whatever their models allow.
 * @returns operations that fail otherwise than with an AWS error, a line each
 */
export async function misbehaved(
  subject: Subject,
  operations: readonly OperationModel[],
  runs: number,
): Promise<string[]> {
  const sandbox = createSandbox({ clock: new VirtualClock(), callLimit: 1 });
  const sender = subject.make(settingsOf(new SandboxHandler(sandbox)));
  const wrong: string[] = [];
  for (const operation of operations) {
    await subject.prepare?.(sender);
    const result = await fc.check(
      fc.asyncProperty(arbitraryOf(operation.input, subject.skip ?? (() => false)), async (given) => {
        const input = {
          ...given,
          ...fixed(operation),
          ...(subject.prepare !== undefined && "Key" in given ? { Key: "key" } : {}),
        };
        // Else most would stop at the first check.
        const { ExpectedBucketOwner: _owner, ...rest } = input as Record<string, unknown>;
        const [outcome] = await Promise.allSettled([sender.send(commandOf(subject.client, operation.name, rest))]);
        if (outcome?.status !== "rejected") return;
        const status = (outcome.reason as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === undefined || (status >= 500 && status !== 501)) throw outcome.reason;
      }),
      { numRuns: runs, seed: 20261124, endOnFailure: true },
    );
    if (result.failed) {
      const error = result.errorInstance;
      wrong.push(`${operation.name}: ${error instanceof Error ? error.stack?.slice(0, 500) : String(error)}`);
    }
  }
  return wrong;
}
