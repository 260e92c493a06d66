import type { RunRecord, RunRequest } from "../../shared/engine/record.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { FleetWorld, stateBucket } from "../harness/fleet-world.ts";
import { peopleClients } from "./clients.ts";
import { type FleetShape, fileOf, fleetName } from "./fleet-shape.ts";
import type { History, Step } from "./history.ts";
import { dyingRun, openFor, type Runs, runMeanwhile, runOnSteppingClock, twoRuns } from "./odd-runs.ts";
import type { Outcome } from "./outcome.ts";
import { meddlings } from "./people.ts";
import { RisingNumbers } from "./rising-numbers.ts";
import { namesOf, plant, statesOf, thingsOf } from "./strangers.ts";
import { decorate, stillThere, undeclaredOf } from "./undeclared.ts";
import { Watch } from "./watch.ts";

/** A fleet, everything that happens to it, and who watches. */
export class Player implements Runs {
  readonly world: FleetWorld;
  readonly watch: Watch;
  readonly history: History;
  readonly #planted: ReadonlyMap<string, string>;
  readonly #violations: string[] = [];
  readonly plantedNames: readonly string[];
  #shape: FleetShape;
  #sequence = 0;
  #runs = 0;
  #crashes = 0;
  #undeclared: readonly string[] = [];
  readonly #rising = new RisingNumbers();

  private constructor(world: FleetWorld, watch: Watch, history: History, planted: ReadonlyMap<string, string>) {
    this.world = world;
    this.watch = watch;
    this.history = history;
    this.#planted = planted;
    this.plantedNames = namesOf(world.sandbox);
    this.#shape = history.first;
  }

  static async open(history: History): Promise<Player> {
    const watch = new Watch(stateBucket);
    const { seed, pageSize } = history;
    const world = await FleetWorld.open({ seed, pageSize, authorize: (call, sandbox) => watch.judge(call, sandbox) });
    await plant(history.strangers, peopleClients(world));
    const { ec2 } = statesOf(world.sandbox);
    ec2.timing = { ...ec2.timing, listingLag: history.listingLag };
    const player = new Player(world, watch, history, thingsOf(world.sandbox, stateBucket));
    await player.#push(history.first);
    return player;
  }

  async take(step: Step, index: number): Promise<void> {
    const { sandbox, clock } = this.world;
    switch (step.do) {
      case "push":
        await this.#push(step.file);
        break;
      case "push nonsense":
        await this.#pushText("kind: Nonsense");
        break;
      case "run":
        for (const rule of step.faults) sandbox.faults.add(rule);
        await this.run(await openFor(this.world), { force: step.force });
        sandbox.faults.clear();
        break;
      case "crash":
        if (await dyingRun(this, step)) this.#crashes += 1;
        break;
      case "two runs":
        await twoRuns(this, step);
        break;
      case "run on a stepping clock":
        await runOnSteppingClock(this, step);
        break;
      case "run while people meddle":
        await runMeanwhile(this, () => this.#later(step.after, step.what));
        break;
      case "approve":
        await this.#approve(await this.run(await openFor(this.world)));
        break;
      case "meddle":
        await this.#meddle(step.what);
        break;
      case "decorate":
        this.#undeclared = await decorate(peopleClients(this.world), sandbox);
        break;
      case "wait":
        await clock.sleep(step.minutes * 60_000);
        break;
    }
    await this.look(`step ${index} (${step.do})`);
  }

  /** Faults end, and the newest file is a valid one: else the end would not be known. */
  async calmDown(): Promise<void> {
    this.world.sandbox.faults.clear();
    await this.#push(this.#shape);
  }

  /** Looks as after a step, at what came since. */
  async look(where: string): Promise<void> {
    for (const violation of this.watch.violations.splice(0)) this.complain(where, violation);
    await this.#check(where);
  }

  get shape(): FleetShape {
    return this.#shape;
  }

  outcome(): Outcome {
    return {
      runs: this.#runs,
      faults: this.world.sandbox.faults.fired().length,
      crashes: this.#crashes,
      violations: this.#violations,
    };
  }

  complain(where: string, what: string): void {
    this.#violations.push(`${where}: ${what}`);
  }

  async #push(shape: FleetShape): Promise<void> {
    this.#shape = shape;
    if (shape.adopt) {
      for (const name of [shape.hostRole, shape.machineRole, shape.cache.bucket]) this.watch.adopted.add(name);
      for (const part of ["host", "machine", "egress"]) this.watch.adopted.add(`fleetkeeper-acme-${part}`);
    }
    await this.#pushText(fileOf(shape));
  }

  async #pushText(body: string): Promise<void> {
    this.#sequence += 1;
    await this.world.push(await openFor(this.world), fleetName, body, this.#sequence);
  }

  async run(reconciler: Reconciler, request: Partial<RunRequest> = {}): Promise<RunRecord> {
    this.#runs += 1;
    return await this.world.run(reconciler, fleetName, request);
  }

  async #later(after: number, what: readonly string[]): Promise<void> {
    for (const name of what) {
      await this.world.clock.sleep(after);
      await this.#meddle(name);
    }
  }

  async #meddle(what: string): Promise<void> {
    await meddlings[what]?.(peopleClients(this.world));
    this.#undeclared = this.#undeclared.filter((line) => stillThere(line, this.world.sandbox));
    // People drop life cycles and tags whole, ours and theirs.
    const left = new Set(undeclaredOf(this.world.sandbox));
    this.#undeclared = this.#undeclared.filter((line) => left.has(line));
  }

  async #approve(record: RunRecord): Promise<void> {
    const waiting = record.held.filter(({ hold }) => hold.reason === "ApprovalNeeded");
    if (waiting.length === 0) return;
    for (const { target } of waiting) this.watch.approved.add(`${target.kind}/${target.name}`);
    await this.run(await openFor(this.world), { approve: waiting.map(({ id }) => id), by: "jo" });
    this.watch.approved.clear();
  }

  async #check(where: string): Promise<void> {
    const { sandbox } = this.world;
    for (const fallen of await this.#rising.check(this.world)) this.complain(where, fallen);
    const things = thingsOf(sandbox, stateBucket);
    for (const [name, was] of this.#planted) {
      if ([...this.watch.adopted].some((adopted) => was.includes(`"${adopted}"`))) continue;
      if (things.get(name) !== was) this.complain(where, `${name} of others isn't what it was`);
    }
    const now = new Set(undeclaredOf(sandbox));
    for (const line of this.#undeclared) {
      if (!now.has(line) && stillThere(line, sandbox)) this.complain(where, `lost, though undeclared: ${line}`);
    }
    this.#undeclared = this.#undeclared.filter((line) => now.has(line));
  }
}
