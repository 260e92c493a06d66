import { setTimeout as pause } from "node:timers/promises";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { Route53 } from "@aws-sdk/client-route-53";
import { S3 } from "@aws-sdk/client-s3";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { SNS } from "@aws-sdk/client-sns";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";

/** Where the behaviours are looked at: the sandbox, moto, a real account. Credentials come from the environment. */
export interface Place {
  readonly endpoint?: string;
  readonly region: string;
  /** In front of every name, so that what a broken-off run leaves can be found. At most 20 characters a-z, 0-9 and hyphens. */
  readonly prefix: string;
  /** Lets that many milliseconds pass where time can be moved on. Default: they are waited for. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export interface Clients {
  readonly ec2: EC2;
  readonly iam: IAM;
  readonly lambda: Lambda;
  readonly route53: Route53;
  readonly s3: S3;
  readonly scaling: AutoScaling;
  readonly scheduler: Scheduler;
  readonly sns: SNS;
  readonly ssm: SSM;
  readonly sts: STS;
  readonly place: Place;
}

/** One thing that AWS does, as its documentation says. */
export interface Behaviour {
  readonly name: string;
  /** What {@link look} answers in AWS. */
  readonly aws: string;
  /** The page that says so. */
  readonly source: string;
  /** At most what looking costs in a real account, in US cents, where it starts or keeps something. Default 0. */
  readonly cents?: number;
  look(clients: Clients): Promise<string>;
}

export function clientsOf(place: Place): Clients {
  const { endpoint, region } = place;
  // An account is shared: a refusal for its rate must neither be taken for a behaviour nor keep anything from being deleted.
  const settings = {
    region,
    maxAttempts: endpoint === undefined ? 5 : 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  return {
    ec2: new EC2(settings),
    iam: new IAM(settings),
    lambda: new Lambda(settings),
    route53: new Route53(settings),
    s3: new S3({ ...settings, forcePathStyle: endpoint !== undefined }),
    scaling: new AutoScaling(settings),
    scheduler: new Scheduler(settings),
    sns: new SNS(settings),
    ssm: new SSM(settings),
    sts: new STS(settings),
    place,
  };
}

/** `ok`, or the error's code as AWS names it on the wire. */
export async function codeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "ok";
  } catch (error) {
    if (error instanceof Error && "$metadata" in error) return error.name;
    throw error;
  }
}

/** Does something with a thing that is gone afterwards, whatever happens. */
export async function during<Result>(act: () => Promise<Result>, ...undo: readonly (() => Promise<unknown>)[]) {
  try {
    return await act();
  } finally {
    for (const step of undo) await step().catch(() => undefined);
  }
}

/** Looks every few seconds until it sees one of the wanted texts. @returns what was seen last, after five minutes whatever it is */
export async function until(
  { place }: Clients,
  wanted: readonly string[],
  look: () => Promise<string>,
): Promise<string> {
  const step = 5_000;
  let seen = await look();
  for (let waited = 0; !wanted.includes(seen) && waited < 300_000; waited += step) {
    await (place.wait ?? pause)(step);
    seen = await look();
  }
  return seen;
}
