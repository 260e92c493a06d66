import type { HttpHandlerUserInput } from "@smithy/core/protocols";
import { AdaptiveRetryStrategy, StandardRetryStrategy } from "@smithy/core/retry";
import type {
  AwsCredentialIdentity,
  AwsCredentialIdentityProvider,
  HandlerExecutionContext,
  MiddlewareStack,
  RetryStrategyV2,
} from "@smithy/types";
import { Failure } from "../engine/failure.ts";
import { type AwsCall, type CallName, isWriteOperation, markCall } from "./call.ts";
import { errorCode, isAnswer } from "./classify.ts";

/** Where AWS is and how to speak to it. Made once, in a composition root; credentials left out mean the SDK's own chain. */
export interface AwsConfig {
  readonly region: string;
  /** Another endpoint for every service: the sandbox, or an emulator. S3 is then addressed by path. */
  readonly endpoint?: string | undefined;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** An SDK request handler, where calls shall not go over the network. */
  readonly requestHandler?: HttpHandlerUserInput | undefined;
  readonly retry?: RetrySettings | undefined;
  /** Version of this program, for the user agent. */
  readonly version?: string | undefined;
  /** Milliseconds on a clock that never goes back; only used for {@link AwsCall}. Without it calls take 0 ms. */
  readonly monotonic?: (() => number) | undefined;
  /** Told of every attempt. Must not throw. */
  readonly onCall?: ((call: AwsCall) => void) | undefined;
}

export interface RetrySettings {
  /** Attempts in all, the first included. Default 5. */
  readonly attempts?: number;
  /** `adaptive` also slows down the client's own rate when throttled. Default. */
  readonly mode?: "adaptive" | "standard";
  /** Base delay of the exponential back-off in milliseconds, full jitter. Default is the SDK's. 0: at once, throttled or not. */
  readonly baseDelay?: number;
}

/**
 * Longest time from the moment an attempt is let through until it is given up, in milliseconds. Whoever lets attempts
 * through (a lease) must still be valid for this long: after it the socket is closed and nothing more is sent.
 */
export const attemptLimit = 10_000;
const connectionTimeout = 2_000;

/** Constructor options that fit every SDK client. */
export interface ClientSettings {
  region: string;
  endpoint?: string;
  credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  requestHandler: HttpHandlerUserInput;
  retryStrategy: RetryStrategyV2;
  maxAttempts: number;
  customUserAgent: [string, string][];
  /** S3 alone reads it. */
  forcePathStyle: boolean;
}

interface SdkClient<Input extends object, Output extends object> {
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}

/**
 * A client that refuses to change anything, whatever the credentials would allow: what observes and plans is given these.
 * @param make `(settings) => new EC2Client(settings)`
 * @param alsoReads operations that only read although their names don't say so
 */
export function readerClient<Input extends object, Output extends object, Client extends SdkClient<Input, Output>>(
  config: AwsConfig,
  make: (settings: ClientSettings) => Client & SdkClient<Input, Output>,
  alsoReads: readonly string[] = [],
): Client {
  const client = make(clientSettings(config));
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = operationOf(context);
      if (isWriteOperation(operation) && !alsoReads.includes(operation)) {
        throw new Failure({
          code: "WriteRefused",
          class: "terminal",
          message: `${operation} was asked of a client that only reads`,
          hint: "This is a bug in Fleetkeeper: please report it.",
        });
      }
      return next(args);
    },
    { step: "initialize", name: "fleetkeeperReadsOnly", priority: "high" },
  );
  watchCalls(client.middlewareStack, config);
  return client;
}

/**
 * A client that may write.
 * @param beforeAttempt called right before each attempt is sent, retries included, after it is signed. What it throws
 * (a {@link Failure} with code `LeaseLost` or `DeadlineExceeded`) stops the call for good, before anything is sent.
 */
export function writerClient<Input extends object, Output extends object, Client extends SdkClient<Input, Output>>(
  config: AwsConfig,
  make: (settings: ClientSettings) => Client & SdkClient<Input, Output>,
  beforeAttempt: (call: CallName) => void,
): Client {
  const client = make(clientSettings(config));
  client.middlewareStack.add(
    (next, context) => async (args) => {
      beforeAttempt(describeCall(context));
      return next(args);
    },
    { step: "finalizeRequest", name: "fleetkeeperBeforeAttempt", priority: "low" },
  );
  watchCalls(client.middlewareStack, config);
  return client;
}

/** Constructor options by which every client here is made. */
export function clientSettings(config: AwsConfig): ClientSettings {
  const attempts = config.retry?.attempts ?? 5;
  return {
    region: config.region,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
    requestHandler: config.requestHandler ?? {
      connectionTimeout,
      requestTimeout: attemptLimit - connectionTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: attemptLimit,
    },
    retryStrategy: retryStrategy(attempts, config.retry ?? {}),
    maxAttempts: attempts,
    customUserAgent: [["fleetkeeper", config.version ?? "0"]],
    forcePathStyle: config.endpoint !== undefined,
  };
}

function retryStrategy(attempts: number, settings: RetrySettings): RetryStrategyV2 {
  const { baseDelay } = settings;
  const options = {
    maxAttempts: attempts,
    ...(baseDelay === undefined ? {} : { baseDelay }),
    ...(baseDelay === 0 ? { backoff: { computeNextBackoffDelay: () => 0, setDelayBase: () => undefined } } : {}),
  };
  const strategy: RetryStrategyV2 =
    (settings.mode ?? "adaptive") === "adaptive"
      ? new AdaptiveRetryStrategy(attempts, options)
      : new StandardRetryStrategy(options);
  return {
    acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
    refreshRetryTokenForRetry: (token, info) =>
      strategy.refreshRetryTokenForRetry(token, isAnswer(info.error) ? { ...info, errorType: "CLIENT_ERROR" } : info),
    recordSuccess: (token) => strategy.recordSuccess(token),
  };
}

function watchCalls<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  config: AwsConfig,
): void {
  stack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        markCall(error, describeCall(context));
        throw error;
      }
    },
    { step: "initialize", name: "fleetkeeperMarkCall", priority: "high" },
  );
  const { onCall } = config;
  if (onCall === undefined) return;
  stack.add(
    (next, context) => {
      let attempt = 0;
      return async (args) => {
        const startedAt = config.monotonic?.() ?? 0;
        attempt += 1;
        const told = (outcome: string): void =>
          onCall({
            ...describeCall(context),
            attempt,
            milliseconds: (config.monotonic?.() ?? 0) - startedAt,
            outcome,
          });
        try {
          const result = await next(args);
          told("ok");
          return result;
        } catch (error) {
          told(errorCode(error) ?? "Unexpected");
          throw error;
        }
      };
    },
    { step: "finalizeRequest", name: "fleetkeeperWatchAttempt", priority: "low" },
  );
}

function describeCall(context: HandlerExecutionContext): CallName {
  const operation = operationOf(context);
  return {
    service: (context.clientName ?? "AWS").replace(/Client$/, ""),
    operation,
    write: isWriteOperation(operation),
  };
}

function operationOf(context: HandlerExecutionContext): string {
  return (context.commandName ?? "Unknown").replace(/Command$/, "");
}
