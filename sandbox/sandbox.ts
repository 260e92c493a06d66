import { CallLog } from "./calls.ts";
import type { SandboxClock } from "./clock.ts";
import { ConnectionReset } from "./connection-reset.ts";
import { control, controlPath } from "./control.ts";
import { drawLatency, errorOf, Faults, type Latency, type Verdict } from "./faults.ts";
import { HostedService, type Routed } from "./hosted-service.ts";
import { watched } from "./overlooked.ts";
import { type RandomState, type SandboxRandom, seededRandom } from "./random.ts";
import type { Caller, Service, ServiceContext, StateKey } from "./service.ts";
import { ServiceError } from "./service-error.ts";
import { States } from "./states.ts";
import { unchunk } from "./wire/aws-chunked.ts";
import type { WireRequest, WireResponse } from "./wire/message.ts";
import { type Scope, scopeOf } from "./wire/signature.ts";
import { unsigned } from "./wire/unsigned.ts";

export interface SandboxOptions {
  readonly services: readonly Service[];
  readonly clock: SandboxClock;
  /** Same seed and same calls: same ids. Default 1. */
  readonly seed?: number;
  /** 12 digits. Default 123456789012. */
  readonly account?: string;
  /** Default eu-central-1. */
  readonly region?: string;
  /** Of every call, half of it before and half after the effect. Default 0. */
  readonly latency?: Latency;
  /** Most items in a page where the caller doesn't say. */
  readonly pageSize?: number;
  /** Calls kept in the log. Default 100,000. */
  readonly callLimit?: number;
  /** Asked before every modelled call; throws a ServiceError to refuse it. */
  readonly authorize?: (call: AuthorizedCall) => void;
  /** Who a key belongs to. Default: the account's root user. */
  readonly callerOf?: (scope: Scope) => Caller | undefined;
}

export interface AuthorizedCall extends Routed {
  readonly service: string;
  readonly region: string;
  readonly caller: Caller;
}

export interface Snapshot {
  readonly version: 1;
  readonly seed: number;
  /** By `service` or `service/region`. */
  readonly states: Readonly<Record<string, object>>;
}

/** An AWS in this process: requests as they are on the wire in, responses out. */
export class Sandbox {
  readonly clock: SandboxClock;
  readonly account: string;
  readonly region: string;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly states = new States();
  readonly random: SandboxRandom;
  readonly #randomState: RandomState;
  readonly #faultRandom: SandboxRandom;
  readonly #requestRandom: SandboxRandom;
  readonly #services: ReadonlyMap<string, HostedService>;
  readonly #options: SandboxOptions;
  /** Set by persistence: told after every call that wrote. */
  onWrite: () => void = () => {};
  latency: Latency;

  constructor(options: SandboxOptions) {
    const seed = options.seed ?? 1;
    this.#options = options;
    this.clock = options.clock;
    this.account = options.account ?? "123456789012";
    this.region = options.region ?? "eu-central-1";
    this.latency = options.latency ?? 0;
    this.calls = new CallLog(options.callLimit ?? 100_000);
    this.#randomState = { seed };
    this.random = seededRandom(this.#randomState);
    // Apart, so that neither faults nor the number of calls change the ids that services hand out.
    this.#faultRandom = seededRandom({ seed: seed ^ 0x5eed });
    this.#requestRandom = seededRandom({ seed: seed ^ 0x1d5 });
    this.faults = new Faults(this.#faultRandom);
    this.#services = new Map(options.services.map((service) => [service.name, new HostedService(service)]));
  }

  /** A service's state, for tests and seeding. */
  state<State extends object>(key: StateKey<State>, region = this.region): State {
    return this.states.get(key, region);
  }

  /** A copy, in plain JSON, of everything that outlives a restart. */
  snapshot(): Snapshot {
    return { version: 1, seed: this.#randomState.seed, states: structuredClone(this.states.dump()) };
  }

  /** Goes on from a snapshot, of this sandbox or of another: many tests can start from one world. */
  restore(snapshot: Omit<Snapshot, "version">): void {
    this.#randomState.seed = snapshot.seed;
    this.states.restore({ ...structuredClone(snapshot.states) });
  }

  /** Throws {@link ConnectionReset} where a fault breaks the connection; every other trouble is a response. */
  async handle(request: WireRequest): Promise<WireResponse> {
    if (request.path.startsWith(controlPath)) return control(this, request);
    const requestId = this.#requestRandom.uuid();
    const response = await this.#answer(request, requestId);
    response.headers["date"] ??= new Date(this.clock.now()).toUTCString();
    response.headers["server"] ??= "fleetkeeper-sandbox";
    return response;
  }

  async #answer(request: WireRequest, requestId: string): Promise<WireResponse> {
    const scope = scopeOf(request);
    const hosted = scope === undefined ? undefined : this.#services.get(scope.service);
    if (scope === undefined || hosted === undefined) return unsigned(request, requestId, scope?.service);
    let decoded = request;
    try {
      if (hosted.service.name === "s3") decoded = unchunk(request);
      return await this.#call(hosted, hosted.route(decoded), scope, requestId);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return hosted.protocol.failure(error, requestId, decoded);
    }
  }

  async #call(hosted: HostedService, routed: Routed, scope: Scope, requestId: string): Promise<WireResponse> {
    const { name } = hosted.service;
    const operation = routed.operation.name;
    const caller = this.#callerOf(scope);
    const { access, input } = routed;
    const startedAt = this.clock.now();
    const call = this.calls.start({ service: name, operation, access, input, caller, region: scope.region, startedAt });
    const verdict = this.faults.judge({ service: name, operation, access, input }, call.number);
    const delay = verdict.delay + drawLatency(this.latency, this.#faultRandom);
    if (delay > 0) await this.clock.sleep(delay / 2);
    try {
      const given = watched(input);
      const seen = { ...routed, input: given.input };
      const response = await this.#apply(hosted, seen, scope, caller, requestId, verdict);
      call.overlooked = given.overlooked();
      if (access === "write") this.onWrite();
      if (delay > 0) await this.clock.sleep(delay / 2);
      const finished = lossOf(verdict, response);
      call.status = finished.status;
      return finished;
    } catch (error) {
      call.error = nameOf(error);
      if (error instanceof ServiceError) {
        call.status = error.status;
        if (delay > 0) await this.clock.sleep(delay / 2);
      }
      throw error;
    } finally {
      call.endedAt = this.clock.now();
    }
  }

  async #apply(
    hosted: HostedService,
    routed: Routed,
    scope: Scope,
    caller: Caller,
    requestId: string,
    verdict: Verdict,
  ): Promise<WireResponse> {
    const { effect } = verdict;
    const { service, protocol } = hosted;
    if (effect?.type === "reset") throw new ConnectionReset();
    if (effect?.type === "throttle") {
      throw new ServiceError(service.throttle.code, "Rate exceeded", { status: service.throttle.status });
    }
    if (effect?.type === "error") throw errorOf(effect);
    if (routed.run === undefined) throw hosted.unmodelled(routed.operation.name);
    this.#options.authorize?.({ ...routed, service: service.name, region: scope.region, caller });
    const { region } = scope;
    const context: ServiceContext<object> = {
      state: this.states.get(service.state, region),
      stateOf: (key) => this.states.get(key, region),
      clock: this.clock,
      random: this.random,
      account: this.account,
      region,
      partition: "aws",
      caller,
      requestId,
      pageSize: this.#options.pageSize,
    };
    const output = await routed.run(routed.input as never, context as never);
    return protocol.success(routed.operation, output as Readonly<Record<string, unknown>>, requestId);
  }

  #callerOf(scope: Scope): Caller {
    const known = this.#options.callerOf?.(scope);
    if (known !== undefined) return known;
    const { accessKeyId, sessionToken } = scope;
    return {
      accessKeyId,
      account: this.account,
      arn: `arn:aws:iam::${this.account}:root`,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    };
  }
}

function nameOf(error: unknown): string {
  if (error instanceof ServiceError) return error.code;
  return error instanceof ConnectionReset ? "ConnectionReset" : "SandboxDefect";
}

function lossOf(verdict: Verdict, response: WireResponse): WireResponse {
  if (verdict.effect?.type === "lost") throw new ConnectionReset();
  if (verdict.effect?.type !== "truncate") return response;
  const length = response.body.length;
  return { ...response, cutAt: Math.min(verdict.effect.bytes ?? Math.floor(length / 2), Math.max(0, length - 1)) };
}
