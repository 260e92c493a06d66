import { IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { FunctionName } from "../../functions/build.ts";
import { collectHandler } from "../../functions/collect/handler.ts";
import type { FunctionProcess } from "../../functions/common/function-process.ts";
import type { Handler } from "../../functions/common/handler.ts";
import { dispatchHandler } from "../../functions/dispatch/handler.ts";
import { planHandler } from "../../functions/plan/handler.ts";
import { reconcileHandler } from "../../functions/reconcile/handler.ts";
import { awsServices, createSandbox } from "../../sandbox/aws.ts";
import { VirtualClock } from "../../sandbox/clock.ts";
import type { Hosts } from "../../sandbox/hosts/hosts.ts";
import { IamEnforcement } from "../../sandbox/iam-enforcement/enforcement.ts";
import { seededRandom } from "../../sandbox/random.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { deliverDue, enqueue } from "../../sandbox/services/lambda/delivery.ts";
import { LAMBDA_STATE, type LambdaState } from "../../sandbox/services/lambda/state.ts";
import { takeDue } from "../../sandbox/services/scheduler/firing.ts";
import { SCHEDULER_STATE } from "../../sandbox/services/scheduler/state.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import { openStateBucket } from "../../shared/aws/state-bucket.ts";
import { pushRevision } from "../../shared/store/desired-revisions.ts";
import type { ObjectStore } from "../../shared/store/object-store.ts";
import { publishDocuments } from "../harness/host-documents.ts";
import type { Templates } from "../infra/synthesis.ts";
import { lambdaContext } from "./context.ts";
import { credentialsOf, deployRoles, environmentOf } from "./deployed.ts";
import { account, bucket, functionEnvironment, makeWorkerRole, region } from "./environment.ts";

const makers: Readonly<Record<FunctionName, (process: FunctionProcess) => Handler<unknown>>> = {
  dispatch: dispatchHandler,
  plan: planHandler,
  reconcile: reconcileHandler,
  collect: collectHandler,
};

/** How long Lambda lets a function live, in milliseconds. */
const timeout = 15 * 60_000;

/**
 * Everything that runs in AWS, on the embedded one: functions, Lambda's queue with its retries and dead letters, one-shot
 * schedules. Time moves only by what happens and by {@link pass}.
 */
export class FunctionWorld {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly store: ObjectStore;
  readonly enforcement: IamEnforcement;
  readonly templates: Templates | undefined;
  /** What the functions have logged. */
  readonly lines: Record<string, unknown>[] = [];
  #invocations = 0;
  #sequence = 0;
  #startup = 0;

  private constructor(
    sandbox: Sandbox,
    clock: VirtualClock,
    store: ObjectStore,
    enforcement: IamEnforcement,
    templates: Templates | undefined,
  ) {
    this.sandbox = sandbox;
    this.clock = clock;
    this.store = store;
    this.enforcement = enforcement;
    this.templates = templates;
  }

  /**
   * @param options templates: roles and environments are theirs, and every call is judged by them; hosts: instances run what
   *   is sent to them; startup: milliseconds that pass before a function does anything
   */
  static async open(
    options: {
      readonly retries?: number;
      readonly templates?: Templates;
      readonly hosts?: Hosts;
      readonly startup?: number;
    } = {},
  ): Promise<FunctionWorld> {
    const { templates, hosts } = options;
    const clock = new VirtualClock(Date.UTC(2026, 10, 24, 12));
    const code = (name: string) => (payload: unknown, id: string) => world.#invoke(name, payload, id);
    const enforcement = new IamEnforcement();
    const { authorize } = enforcement;
    const services = awsServices({ functions: code, ...(hosts === undefined ? {} : { ssm: { runner: hosts } }) });
    const sandbox = createSandbox({
      clock,
      region,
      services,
      ...(hosts === undefined ? {} : { hosts }),
      ...(templates === undefined ? {} : { authorize }),
    });
    enforcement.attach(sandbox);
    const aws = rootAccess(sandbox);
    const clocks = { wall: () => clock.now(), monotonic: () => clock.now() };
    const store = await openStateBucket(aws, {
      bucket: bucketOf(templates),
      clocks,
      newId: () => sandbox.random.uuid(),
    });
    const world: FunctionWorld = new FunctionWorld(sandbox, clock, store, enforcement, templates);
    world.#startup = options.startup ?? 0;
    const s3 = new S3Client({ ...rootSettings(sandbox), forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await s3.send(new CreateBucketCommand({ Bucket: bucketOf(templates), CreateBucketConfiguration }));
    if (hosts !== undefined) await publishDocuments(new SSMClient(rootSettings(sandbox)));
    if (templates === undefined) await makeWorkerRole(new IAMClient(rootSettings(sandbox)));
    else await deployRoles(templates, rootSettings(sandbox));
    const retries = options.retries ?? 2;
    for (const name of Object.keys(makers).map((short) => `fleetkeeper-${short}`)) {
      world.queue.functions[name] = { name, retries };
    }
    sandbox.state(SCHEDULER_STATE).groups["fleetkeeper"] = { createdAt: 0 };
    sandbox.calls.clear();
    return world;
  }

  get queue(): LambdaState {
    return this.sandbox.state(LAMBDA_STATE);
  }

  /** A function as Lambda calls it. @param connection its own way to AWS, where it is to die or be somebody */
  call(name: FunctionName, payload: unknown, id = this.nextId(), connection?: FunctionProcess["connection"]) {
    const handler = makers[name](this.process(name, connection));
    const endsAt = this.clock.now() + timeout;
    return handler(
      payload,
      lambdaContext(name, id, () => endsAt - this.clock.now()),
    );
  }

  async #invoke(name: string, payload: unknown, id: string): Promise<unknown> {
    if (this.#startup > 0) await this.clock.advance(this.#startup);
    return this.call(shortName(name), payload, id);
  }

  process(name: FunctionName, connection: FunctionProcess["connection"] = {}): FunctionProcess {
    const { templates, sandbox } = this;
    const env = templates === undefined ? functionEnvironment : environmentOf(templates, `fleetkeeper-${name}`);
    const credentials =
      templates === undefined
        ? { accessKeyId: "functions", secretAccessKey: "test" }
        : credentialsOf(sandbox, `fleetkeeper-${name}`);
    const random = seededRandom({ seed: this.#invocations + 11 });
    return {
      env: { AWS_REGION: region, ...env, AWS_ENDPOINT_URL: "http://sandbox.invalid" },
      write: (line) => this.lines.push(JSON.parse(line) as Record<string, unknown>),
      now: () => this.clock.now(),
      monotonic: () => this.clock.now(),
      sleep: (milliseconds) => this.clock.sleep(milliseconds),
      random: () => random.next(),
      newId: () => this.sandbox.random.uuid(),
      connection: {
        requestHandler: new SandboxHandler(this.sandbox),
        credentials,
        retry: { baseDelay: 0, attempts: 3, mode: "standard" },
        ...connection,
      },
    };
  }

  nextId(): string {
    this.#invocations += 1;
    return `00000000-0000-4000-8000-${String(this.#invocations).padStart(12, "0")}`;
  }

  async push(fleet: string, body: string): Promise<void> {
    this.#sequence += 1;
    await pushRevision(this.store, { fleet, body, commit: "", sequence: this.#sequence, at: this.clock.now() });
  }

  /** An event that AWS delivers to a function asynchronously, retrying it where it fails. */
  deliver(name: FunctionName, event: unknown): void {
    const invocation = { function: `fleetkeeper-${name}`, requestId: this.nextId(), payload: JSON.stringify(event) };
    enqueue(this.queue, invocation, this.clock.now());
  }

  /** Runs all that is due, and what comes of it, until nothing is due now. @returns how many invocations there were */
  async settle(): Promise<number> {
    let all = 0;
    for (;;) {
      for (const { targetArn, input } of takeDue(this.sandbox.state(SCHEDULER_STATE), this.clock.now())) {
        this.deliver(shortName(targetArn), JSON.parse(input));
      }
      const run = await deliverDue(
        this.queue,
        (name) => (payload, id) => this.#invoke(name, payload, id),
        () => this.clock.now(),
      );
      if (run === 0) return all;
      all += run;
    }
  }

  /** Time passes, a minute a step, and whatever falls due is run. */
  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      await this.clock.advance(60_000);
      await this.settle();
    }
  }

  logged(event: string): readonly Record<string, unknown>[] {
    return this.lines.filter((line) => line["event"] === event);
  }
}

function bucketOf(templates: Templates | undefined): string {
  return templates === undefined ? bucket : `fleetkeeper-state-${account}-${region}`;
}

export function rootSettings(sandbox: Sandbox) {
  return {
    region,
    endpoint: "http://sandbox.invalid",
    credentials: { accessKeyId: "root", secretAccessKey: "test" },
    requestHandler: new SandboxHandler(sandbox),
  };
}

function rootAccess(sandbox: Sandbox): AwsConfig {
  return { ...rootSettings(sandbox), retry: { baseDelay: 0, attempts: 3, mode: "standard" } };
}

function shortName(name: string): FunctionName {
  const short = name.replace(/^.*fleetkeeper-/, "");
  if (short in makers) return short as FunctionName;
  throw new Error(`there is no function ${name}`);
}
