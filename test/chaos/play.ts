import type { HttpHandlerOptions, HttpRequest } from "@smithy/types";
import type { SandboxClock } from "../../sandbox/clock.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { FleetStore } from "../../shared/store/fleet-store.ts";
import { accountLines } from "../harness/account.ts";
import { lineDifference } from "../harness/crash.ts";
import { FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { peopleClients } from "./clients.ts";
import { type FleetShape, fileOf, fleetName } from "./fleet-shape.ts";
import type { History, Step } from "./history.ts";
import { meddlings } from "./people.ts";
import { statesOf, strangers, thingsOf } from "./strangers.ts";
import { decorate, stillThere, undeclaredOf, undecorate } from "./undeclared.ts";
import { reconcilerKey, Watch } from "./watch.ts";

/** What came of a history. */
export interface Outcome {
  readonly runs: number;
  readonly faults: number;
  readonly crashes: number;
  /** Sentences; empty where every property held. */
  readonly violations: readonly string[];
}

/** Longer than any lease and any fight's window. */
const rest = 65 * 60_000;
/** Runs that a fleet needs from anywhere once nothing goes wrong any more, deletions that a person approves included. */
const calmRuns = 6;

export async function play(history: History): Promise<Outcome> {
  const player = await Player.open(history);
  for (const [index, step] of history.steps.entries()) await player.take(step, index);
  return await player.end();
}

/** A process that is suspended for a while after one of its answers. */
class NappingHandler extends SandboxHandler {
  readonly #clock: SandboxClock;
  readonly #after: number;
  readonly #nap: number;

  constructor(sandbox: Sandbox, clock: SandboxClock, after: number, nap: number) {
    super(sandbox);
    this.#clock = clock;
    this.#after = after;
    this.#nap = nap;
  }

  override async handle(request: HttpRequest, options?: HttpHandlerOptions) {
    const answer = await super.handle(request, options);
    if (this.calls === this.#after) await this.#clock.sleep(this.#nap);
    return answer;
  }
}

class Player {
  readonly #world: FleetWorld;
  readonly #watch: Watch;
  readonly #history: History;
  readonly #planted: ReadonlyMap<string, string>;
  readonly #violations: string[] = [];
  readonly #plantedNames: readonly string[];
  #shape: FleetShape;
  #sequence = 0;
  #runs = 0;
  #crashes = 0;
  #undeclared: readonly string[] = [];
  #epoch = 0;
  #generation = 0;

  private constructor(world: FleetWorld, watch: Watch, history: History, planted: ReadonlyMap<string, string>) {
    this.#world = world;
    this.#watch = watch;
    this.#history = history;
    this.#planted = planted;
    this.#plantedNames = namesOf(world);
    this.#shape = history.first;
  }

  static async open(history: History): Promise<Player> {
    const watch = new Watch(stateBucket);
    const { seed, pageSize } = history;
    const world = await FleetWorld.open({ seed, pageSize, authorize: (call, sandbox) => watch.judge(call, sandbox) });
    const people = peopleClients(world);
    for (const name of history.strangers) await ifFree(() => strangers[name]?.(people));
    const { ec2 } = statesOf(world.sandbox);
    ec2.timing = { ...ec2.timing, listingLag: history.listingLag };
    const player = new Player(world, watch, history, thingsOf(world.sandbox, stateBucket));
    await player.#push(history.first);
    return player;
  }

  async take(step: Step, index: number): Promise<void> {
    const { sandbox, clock } = this.#world;
    const before = this.#watch.violations.length;
    switch (step.do) {
      case "push":
        await this.#push(step.file);
        break;
      case "push nonsense":
        await this.#pushText("kind: Nonsense");
        break;
      case "run":
        for (const rule of step.faults) sandbox.faults.add(rule);
        await this.#run(await this.#reconciler(), { force: step.force });
        sandbox.faults.clear();
        break;
      case "crash":
        await this.#crash(step);
        break;
      case "two runs":
        await this.#twoRuns(step);
        break;
      case "run on a stepping clock":
        await this.#steppingClock(step);
        break;
      case "run while people meddle":
        sandbox.latency = { from: 1, to: 400 };
        await Promise.all([this.#run(await this.#reconciler()), this.#later(step.after, step.what)]);
        sandbox.latency = 0;
        break;
      case "approve":
        await this.#approve(await this.#run(await this.#reconciler()));
        break;
      case "meddle":
        await this.#meddle(step.what);
        break;
      case "decorate":
        this.#undeclared = await decorate(peopleClients(this.#world), sandbox);
        break;
      case "wait":
        await clock.sleep(step.minutes * 60_000);
        break;
    }
    for (const violation of this.#watch.violations.slice(before))
      this.#complain(`step ${index} (${step.do})`, violation);
    await this.#check(`step ${index} (${step.do})`);
  }

  async end(): Promise<Outcome> {
    const { sandbox } = this.#world;
    sandbox.faults.clear();
    // The newest file must be a valid one for the end to be known.
    await this.#push(this.#shape);
    const before = this.#watch.violations.length;
    const last = await settle(this.#world, this.#watch, (reconciler, request) => this.#run(reconciler, request));
    for (const violation of this.#watch.violations.slice(before)) this.#complain("calm", violation);
    await this.#check("calm");
    undecorate(sandbox);
    await this.#compare(last);
    return {
      runs: this.#runs,
      faults: sandbox.faults.fired().length,
      crashes: this.#crashes,
      violations: this.#violations,
    };
  }

  #complain(where: string, what: string): void {
    this.#violations.push(`${where}: ${what}`);
  }

  async #push(shape: FleetShape): Promise<void> {
    this.#shape = shape;
    if (shape.adopt) {
      for (const name of [shape.hostRole, shape.machineRole, shape.cache.bucket]) this.#watch.adopted.add(name);
      for (const part of ["host", "machine", "egress"]) this.#watch.adopted.add(`fleetkeeper-acme-${part}`);
    }
    await this.#pushText(fileOf(shape));
  }

  async #pushText(body: string): Promise<void> {
    this.#sequence += 1;
    await this.#world.push(await this.#reconciler(), fleetName, body, this.#sequence);
  }

  #reconciler(handler?: SandboxHandler, holder?: string): Promise<Reconciler> {
    return openFor(this.#world, handler, holder);
  }

  async #run(reconciler: Reconciler, request: Partial<RunRequest> = {}): Promise<RunRecord> {
    this.#runs += 1;
    return await this.#world.run(reconciler, fleetName, request);
  }

  async #crash(step: Step & { readonly do: "crash" }): Promise<void> {
    const handler = new SandboxHandler(this.#world.sandbox, step);
    const reconciler = await this.#reconciler(handler);
    // Whatever the dying run says is of no interest: nobody is left to hear it.
    await this.#run(reconciler).catch(() => undefined);
    if (handler.dead) this.#crashes += 1;
  }

  async #twoRuns({ apart, napAfter, nap }: Step & { readonly do: "two runs" }): Promise<void> {
    const { sandbox, clock } = this.#world;
    sandbox.latency = { from: 1, to: 400 };
    const sleepy = new NappingHandler(sandbox, clock, napAfter, nap);
    const first = await this.#reconciler(sleepy, "first");
    const second = await this.#reconciler(undefined, "second");
    await Promise.all([
      this.#run(first),
      clock.sleep(apart + nap).then(() => this.#run(second, { requestId: `second-${this.#runs}` })),
    ]);
    sandbox.latency = 0;
  }

  /** This machine's own clock jumps in the middle of a run; the store's doesn't. */
  async #steppingClock({ at, by }: Step & { readonly do: "run on a stepping clock" }): Promise<void> {
    const { sandbox, clock } = this.#world;
    const handler = new SandboxHandler(sandbox);
    const wall = () => clock.now() + (handler.calls >= at ? by : 0);
    const clocks = { wall, monotonic: () => clock.now() };
    await this.#run(await openFor(this.#world, handler, "stepping", { clocks }));
  }

  async #later(after: number, what: readonly string[]): Promise<void> {
    for (const name of what) {
      await this.#world.clock.sleep(after);
      await this.#meddle(name);
    }
  }

  async #meddle(what: string): Promise<void> {
    await meddlings[what]?.(peopleClients(this.#world));
    this.#undeclared = this.#undeclared.filter((line) => stillThere(line, this.#world.sandbox));
    // People drop life cycles and tags whole, ours and theirs.
    const left = new Set(undeclaredOf(this.#world.sandbox));
    this.#undeclared = this.#undeclared.filter((line) => left.has(line));
  }

  async #approve(record: RunRecord): Promise<void> {
    const waiting = record.held.filter(({ hold }) => hold.reason === "ApprovalNeeded");
    if (waiting.length === 0) return;
    for (const { target } of waiting) this.#watch.approved.add(`${target.kind}/${target.name}`);
    await this.#run(await this.#reconciler(), { approve: waiting.map(({ id }) => id), by: "jo" });
    this.#watch.approved.clear();
  }

  async #check(where: string): Promise<void> {
    const { sandbox } = this.#world;
    const { status } = await new FleetStore((await this.#reconciler()).store).load(fleetName);
    const { epoch = 0, observedGeneration = 0 } = status?.value ?? {};
    if (epoch < this.#epoch) this.#complain(where, `the epoch fell from ${this.#epoch} to ${epoch}`);
    if (observedGeneration < this.#generation) {
      this.#complain(where, `observedGeneration fell from ${this.#generation} to ${observedGeneration}`);
    }
    this.#epoch = epoch;
    this.#generation = observedGeneration;
    const things = thingsOf(sandbox, stateBucket);
    for (const [name, was] of this.#planted) {
      if ([...this.#watch.adopted].some((adopted) => was.includes(`"${adopted}"`))) continue;
      if (things.get(name) !== was) this.#complain(where, `${name} of others isn't what it was`);
    }
    const now = new Set(undeclaredOf(sandbox));
    for (const line of this.#undeclared) {
      if (!now.has(line) && stillThere(line, sandbox)) this.#complain(where, `lost, though undeclared: ${line}`);
    }
    this.#undeclared = this.#undeclared.filter((line) => now.has(line));
  }

  /** The end must be that of a world in which nothing ever went wrong, and stay as it is. */
  async #compare(last: RunRecord): Promise<void> {
    const calm = await calmWorld(this.#history, this.#shape);
    const holds = last.held.map(({ target, hold }) => `${target.kind}/${target.name} ${hold.reason}`);
    if (last.end !== calm.end && !(last.end === "Ready" && calm.end === "Held")) {
      const why = last.failure?.message ?? last.conditions.map(({ message }) => message).join("; ");
      this.#complain("calm", `ends ${last.end} (${holds.join(", ")}; ${why}), undisturbed ${calm.end}`);
      return;
    }
    if (last.end === "Ready" && calm.end === "Ready") {
      const difference = lineDifference(calm.lines, declaredLines(this.#world, this.#shape, this.#plantedNames));
      if (difference.length > 0) this.#complain("calm", `another end:\n    ${difference.join("\n    ")}`);
    }
    const { sandbox } = this.#world;
    const before = accountLines(sandbox, stateBucket);
    sandbox.calls.clear();
    const again = await this.#run(await this.#reconciler());
    const writes = sandbox.calls.writes().map(({ operation, input }) => `${operation} ${String(input["Key"])}`);
    const more = writes.filter((write) => !/\/(?:lease|heartbeat)\.json$/.test(write));
    if (again.end !== last.end) this.#complain("calm", `ended ${last.end}, and then ${again.end}`);
    if (more.length > 0) this.#complain("calm", `a run after the last writes ${more.join(", ")}`);
    if (lineDifference(before, accountLines(sandbox, stateBucket)).length > 0)
      this.#complain("calm", "not a fixed point");
  }
}

function openFor(
  world: FleetWorld,
  handler?: SandboxHandler,
  holder?: string,
  other?: Parameters<FleetWorld["reconciler"]>[2],
): Promise<Reconciler> {
  return world.reconciler(handler, holder, other, reconcilerKey);
}

/** Runs by force, with every deletion approved, until nothing changes any more. */
async function settle(
  world: FleetWorld,
  watch: Watch,
  run: (reconciler: Reconciler, request: Partial<RunRequest>) => Promise<RunRecord>,
): Promise<RunRecord> {
  let approve: readonly string[] = [];
  let last: RunRecord | undefined;
  for (let runs = 1; runs <= calmRuns; runs += 1) {
    await world.clock.sleep(rest);
    last = await run(await openFor(world), { force: true, approve, by: "jo" });
    watch.approved.clear();
    const waiting = last.held.filter(({ hold }) => hold.reason === "ApprovalNeeded");
    for (const { target } of waiting) watch.approved.add(`${target.kind}/${target.name}`);
    approve = waiting.map(({ id }) => id);
    if (approve.length === 0 && (last.end === "Ready" || (last.end === "Held" && last.actions.length === 0))) break;
  }
  if (last === undefined) throw new Error("no run");
  return last;
}

async function calmWorld(history: History, shape: FleetShape) {
  const watch = new Watch(stateBucket);
  const world = await FleetWorld.open({ seed: history.seed });
  const people = peopleClients(world);
  for (const name of history.strangers) await ifFree(() => strangers[name]?.(people));
  const planted = namesOf(world);
  await world.push(await openFor(world), fleetName, fileOf(shape), 1);
  const last = await settle(world, watch, (reconciler, request) => world.run(reconciler, fleetName, request));
  return { end: last.end, lines: declaredLines(world, shape, planted) };
}

/**
 * What is there of what the file declares, without what people added.
 * @param planted names of others' things: once adopted, they are what somebody made of them
 */
function declaredLines(world: FleetWorld, shape: FleetShape, planted: readonly string[]): readonly string[] {
  const declared = [shape.hostRole, shape.machineRole].map((name) => `.=${name}.`);
  declared.push(`.buckets.${shape.cache.bucket}.`, "group(fleetkeeper-acme-");
  const names = declared.filter((name) => !planted.some((one) => name.includes(one)));
  // Left as an earlier file made them, as docs/kinds.md says: a boundary and a bucket key that this file says nothing of.
  const left = [...(shape.boundary ? [] : ["permissionsBoundary"]), ...(shape.cache.kms ? [] : ["BucketKeyEnabled"])];
  const others = new RegExp(["undeclared", "\\.versioning = ", ...left].join("|"));
  return accountLines(world.sandbox, stateBucket).filter(
    (line) => !others.test(line) && names.some((name) => line.includes(name)),
  );
}

function namesOf(world: FleetWorld): readonly string[] {
  const { iam, ec2, s3 } = statesOf(world.sandbox);
  return [
    ...Object.keys(iam.roles).map((key) => `.${key}.`),
    ...(Object.values(ec2.securityGroups).some(({ groupName }) => groupName === "fleetkeeper-acme-host")
      ? ["group(fleetkeeper-acme-"]
      : []),
    ...Object.keys(s3.buckets).map((name) => `.buckets.${name}.`),
  ];
}

/** Two strangers may want one name: the first has it. */
async function ifFree(make: () => Promise<void> | undefined): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof Error) || !/Exists|Duplicate|AlreadyOwned/.test(error.name)) throw error;
  }
}
