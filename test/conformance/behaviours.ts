import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";

/** Where the behaviours are looked at: the sandbox, moto, a real account. Credentials come from the environment. */
export interface Place {
  readonly endpoint?: string;
  readonly region: string;
  /** In front of every name, so that what a broken-off run leaves can be found. At most 20 characters a-z, 0-9 and hyphens. */
  readonly prefix: string;
}

export interface Clients {
  readonly ec2: EC2;
  readonly iam: IAM;
  readonly s3: S3;
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
  look(clients: Clients): Promise<string>;
}

export function clientsOf(place: Place): Clients {
  const { endpoint, region } = place;
  const settings = { region, maxAttempts: 1, ...(endpoint === undefined ? {} : { endpoint }) };
  return {
    ec2: new EC2(settings),
    iam: new IAM(settings),
    s3: new S3({ ...settings, forcePathStyle: endpoint !== undefined }),
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
