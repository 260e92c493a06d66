import type { SandboxClock } from "./clock.ts";
import type { SandboxRandom } from "./random.ts";

/** Who signs the call. */
export interface Caller {
  readonly accessKeyId: string;
  readonly sessionToken?: string;
  readonly account: string;
  /** Set by the sandbox where the key is known (an assumed role), else the account's root user. */
  readonly arn: string;
}

/** Names a service's state and makes its first one. State is plain, serialisable JSON: no dates, maps, sets or bytes. */
export interface StateKey<State extends object> {
  readonly name: string;
  /** One for all regions (IAM, S3); else each region has its own. */
  readonly global?: boolean;
  initial(): State;
}

/** What a service function gets beside its input. */
export interface ServiceContext<State extends object> {
  /** Read and written in place. Calls never overlap inside a synchronous function. */
  readonly state: State;
  /** Another service's state: EC2 looks up instance profiles in IAM's. Made if it doesn't exist yet. */
  stateOf<Other extends object>(key: StateKey<Other>): Other;
  readonly clock: SandboxClock;
  readonly random: SandboxRandom;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly caller: Caller;
  readonly requestId: string;
  /** Most items in a page where the caller doesn't say; small in tests of paging. Undefined: the service's own. */
  readonly pageSize: number | undefined;
}

/** Blobs arrive, and are answered, as bytes; a stream's bytes have all been read. */
type Bytes<Value> = {
  [Key in keyof Value]: Key extends "Body" | "Payload" ? Uint8Array | undefined : Value[Key];
};
type CommandOf<Client, Operation extends string> = Client extends {
  readonly [Key in `${Operation}Command`]: abstract new (
    ...args: never[]
  ) => infer Command;
}
  ? Command
  : never;

/** Operations of an SDK client package, `typeof import("@aws-sdk/client-s3")`, by the names of its commands. */
export type OperationName<Client> = keyof Client extends infer Key
  ? Key extends `${infer Operation}Command`
    ? Operation extends "$"
      ? never
      : Operation
    : never
  : never;

export type InputOf<Client, Operation extends string> =
  CommandOf<Client, Operation> extends { readonly input: infer Input } ? Bytes<Input> : never;

export type OutputOf<Client, Operation extends string> =
  CommandOf<Client, Operation> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
  }
    ? Bytes<Omit<Output, "$metadata">>
    : never;

/**
 * One operation: a plain function from input to output, in the SDK's own types. Throws a ServiceError for whatever AWS
 * answers with an error. Changes the state in one synchronous step, so that calls can't interleave inside it.
 */
export type OperationFunction<Client, Operation extends string, State extends object> = (
  input: InputOf<Client, Operation>,
  context: ServiceContext<State>,
) => OutputOf<Client, Operation> | Promise<OutputOf<Client, Operation>>;

/** What a service models, by operation name. What is missing answers 501. */
export type Operations<Client, State extends object> = {
  readonly [Operation in OperationName<Client>]?: OperationFunction<Client, Operation, State>;
};

export type ProtocolName = "ec2Query" | "awsQuery" | "restXml" | "awsJson1_1" | "awsJson1_0" | "restJson1";

/** A service as the sandbox hosts it. Make one with {@link defineService}, which checks the functions' types. */
export interface Service {
  /** As in the signature's credential scope: `ec2`, `iam`, `sts`, `s3`, `ssm`. */
  readonly name: string;
  readonly protocol: ProtocolName;
  /** The SDK client package's exports: its operations' schemas are `DescribeInstances$` and so on. */
  readonly client: object;
  /** Of the response's root element; query and REST-XML protocols. */
  readonly xmlNamespace?: string;
  readonly state: StateKey<object>;
  readonly operations: Readonly<Record<string, UntypedOperation>>;
  /** Operations whose names don't say whether they read: Get, List, Describe and Head are taken as reads. */
  readonly reads?: readonly string[];
  /** How this service refuses a caller that is too fast. */
  readonly throttle: { readonly code: string; readonly status: number };
}

export type UntypedOperation = (input: never, context: ServiceContext<never>) => object | Promise<object>;

export function defineService<Client>() {
  return <State extends object>(definition: {
    readonly name: string;
    readonly protocol: ProtocolName;
    readonly client: Client & object;
    readonly xmlNamespace?: string;
    readonly state: StateKey<State>;
    readonly operations: Operations<Client, State>;
    readonly reads?: readonly (OperationName<Client> & string)[];
    readonly throttle: { readonly code: string; readonly status: number };
  }): Service => ({ ...definition, operations: definition.operations as Readonly<Record<string, UntypedOperation>> });
}
