import { readFile } from "node:fs/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { createSandbox } from "../../sandbox/aws.ts";
import { VirtualClock } from "../../sandbox/clock.ts";
import type { Latency } from "../../sandbox/faults.ts";
import { Hosts, type HostsOptions } from "../../sandbox/hosts/hosts.ts";
import { seededRandom } from "../../sandbox/random.ts";
import type { AuthorizedCall, Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import { run } from "../../shared/engine/run.ts";
import { openReconciler, type Reconciler, type ReconcilerOptions } from "../../shared/reconciler/reconciler.ts";
import { pushRevision } from "../../shared/store/desired-revisions.ts";
import { publishDocuments } from "./host-documents.ts";
import { copyHosts, removeHosts, type SavedWorld } from "./saved-world.ts";

export interface FleetWorldOptions {
  readonly seed?: number;
  readonly latency?: Latency;
  readonly pageSize?: number;
  /** Instances run what is sent to them, and our documents are there; close the world then. Default: only recorded. */
  readonly hosts?: HostsOptions;
  /** Goes on from there, in a copy of its own. */
  readonly from?: SavedWorld;
  /** Sees every modelled call right before it takes effect; throws a ServiceError to refuse it. */
  readonly authorize?: (call: AuthorizedCall, sandbox: Sandbox) => void;
}

const region = "eu-central-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
export const stateBucket = "fleetkeeper-state";

/** An embedded AWS on a clock that only moves by what happens, a state bucket in it, and reconcilers as processes of their own. */
export class FleetWorld {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  /** The instances as hosts, where they run what is sent to them. */
  readonly hosts: Hosts | undefined;
  /** Of its own, to be removed with it. */
  readonly #copy: string | undefined;
  #requests = 0;

  private constructor(sandbox: Sandbox, clock: VirtualClock, hosts: Hosts | undefined, copy: string | undefined) {
    this.sandbox = sandbox;
    this.clock = clock;
    this.hosts = hosts;
    this.#copy = copy;
  }

  static async open(options: FleetWorldOptions = {}): Promise<FleetWorld> {
    const { seed = 1, pageSize, from } = options;
    const clock = new VirtualClock(from?.at ?? Date.UTC(2026, 10, 24, 12));
    const copy = from?.directory === undefined ? undefined : copyHosts(from.directory);
    const directory = copy === undefined ? {} : { directory: copy };
    const hosts = options.hosts === undefined ? undefined : new Hosts({ ...options.hosts, ...directory });
    const sandbox: Sandbox = createSandbox({
      clock,
      seed,
      region,
      ...(pageSize === undefined ? {} : { pageSize }),
      authorize: (call) => options.authorize?.(call, sandbox),
      ...(hosts === undefined ? {} : { hosts }),
    });
    const world = new FleetWorld(sandbox, clock, hosts, copy);
    if (from === undefined) await world.#furnish();
    else sandbox.restore(from.snapshot);
    sandbox.calls.clear();
    sandbox.latency = options.latency ?? 0;
    return world;
  }

  /** What is there before any fleet: our documents, where hosts run them, and the state bucket. */
  async #furnish(): Promise<void> {
    if (this.hosts !== undefined) await publishDocuments(new SSMClient(this.settings()));
    const s3 = new S3Client({ ...this.settings(), forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await s3.send(new CreateBucketCommand({ Bucket: stateBucket, CreateBucketConfiguration }));
  }

  async close(): Promise<void> {
    await this.hosts?.close();
    if (this.#copy !== undefined) removeHosts({ directory: this.#copy });
  }

  /** For SDK clients of somebody else's. */
  settings(handler = new SandboxHandler(this.sandbox)) {
    return { region, credentials, endpoint: "http://sandbox.invalid", requestHandler: handler };
  }

  /** A reconciler as a process of its own. @param handler its connection, where it is to crash */
  reconciler(
    handler = new SandboxHandler(this.sandbox),
    holder = "test",
    other: Partial<ReconcilerOptions> = {},
    accessKeyId = credentials.accessKeyId,
  ): Promise<Reconciler> {
    const random = seededRandom({ seed: handler.calls + 7 });
    return openReconciler({
      aws: {
        ...this.settings(handler),
        credentials: { ...credentials, accessKeyId },
        retry: { baseDelay: 0, attempts: 3, mode: "standard" },
      },
      bucket: stateBucket,
      clock: this.clock,
      clocks: { wall: () => this.clock.now(), monotonic: () => this.clock.now() },
      random: () => random.next(),
      newId: () => this.sandbox.random.uuid(),
      holder,
      ...other,
    });
  }

  async push(reconciler: Reconciler, fleet: string, body: string, sequence: number): Promise<void> {
    await pushRevision(reconciler.store, { fleet, body, commit: "", sequence, at: this.clock.now() });
  }

  async run(reconciler: Reconciler, fleet: string, request: Partial<RunRequest> = {}): Promise<RunRecord> {
    this.#requests += 1;
    const requestId = `request-${this.#requests}`;
    return run(reconciler.engine, fleet, { requestId, trigger: "manual", force: false, ...request });
  }
}

/**
 * A sample fleet's text, under another name where asked: bucket, roles and groups follow the name. `cloud` is acme without
 * host and runners, where no host runs.
 */
export async function sampleFile(sample: "acme" | "cloud" | "minimal", name?: string): Promise<string> {
  const file = sample === "cloud" ? "./cloud.fleet.yaml" : `../../desired-state/${sample}.fleet.yaml`;
  const text = await readFile(new URL(file, import.meta.url), "utf8");
  return name === undefined ? text : text.replaceAll(sample === "minimal" ? "tiny" : "acme", name);
}
