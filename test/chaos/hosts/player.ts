import type { RunRecord, RunRequest } from "../../../shared/engine/record.ts";
import type { Reconciler } from "../../../shared/reconciler/reconciler.ts";
import { FleetWorld } from "../../harness/fleet-world.ts";
import type { SavedWorld } from "../../harness/saved-world.ts";
import { fleetName } from "../fleet-shape.ts";
import { dyingRun, openFor, type Runs, runMeanwhile, runOnSteppingClock, twoRuns } from "../odd-runs.ts";
import type { Outcome } from "../outcome.ts";
import { RisingNumbers } from "../rising-numbers.ts";
import { statesOf } from "../strangers.ts";
import { decorations, lostDecorations } from "./decoration.ts";
import type { HostHistory, HostStep } from "./history.ts";
import { HostPerson } from "./host-person.ts";
import { leaveAlone, meddle } from "./people.ts";
import { artifacts } from "./settled-host.ts";
import { after, firstShape, type HostShape, hostFileOf } from "./shape.ts";
import { foreignThings } from "./strangers.ts";
import { HostWatch } from "./watch.ts";

/** A fleet with a host, everything that happens to it, and who watches. */
export class HostPlayer implements Runs {
  readonly world: FleetWorld;
  readonly person: HostPerson;
  readonly watch: HostWatch;
  readonly #trace: (line: string) => void;
  readonly #planted: ReadonlyMap<string, string>;
  readonly #rising = new RisingNumbers();
  readonly #violations: string[] = [];
  readonly #dataVolume: string;
  #decorations: readonly string[];
  #shape = firstShape;
  #sequence = 1;
  #runs = 0;
  #crashes = 0;
  #onHost = 0;

  private constructor(
    world: FleetWorld,
    watch: HostWatch,
    decorated: readonly string[],
    dataVolume: string,
    trace: (line: string) => void,
  ) {
    this.world = world;
    this.person = new HostPerson(world);
    this.watch = watch;
    this.#planted = foreignThings(world.sandbox);
    this.#decorations = decorated;
    this.#dataVolume = dataVolume;
    this.#trace = trace;
    watch.begin(world.sandbox);
  }

  static async open(
    { seed, pageSize, listingLag }: Pick<HostHistory, "seed" | "pageSize" | "listingLag">,
    from: SavedWorld,
    trace: (line: string) => void = () => {},
  ): Promise<HostPlayer> {
    const watch = new HostWatch();
    const authorize: HostWatch["judge"] = (call, sandbox) => watch.judge(call, sandbox);
    const world = await FleetWorld.open({ seed, pageSize, from, hosts: { artifacts }, authorize });
    const { ec2 } = statesOf(world.sandbox);
    ec2.timing = { ...ec2.timing, listingLag };
    await world.clock.sleep(60_000);
    const person = new HostPerson(world);
    const { VolumeId } = await person.dataVolume();
    return new HostPlayer(world, watch, (await decorations(person)).lines, VolumeId, trace);
  }

  async take(step: HostStep, index: number): Promise<void> {
    const { sandbox, clock, hosts } = this.world;
    const where = `step ${index} (${step.do})`;
    this.#trace(where);
    switch (step.do) {
      case "push":
        await this.push(after(this.#shape, step.file));
        break;
      case "run":
        for (const rule of step.faults) sandbox.faults.add(rule);
        for (const fault of step.onHost) hosts?.faults.add(fault);
        await this.run(await openFor(this.world));
        sandbox.faults.clear();
        this.#onHost += hosts?.faults.fired ?? 0;
        hosts?.faults.clear();
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
        await runMeanwhile(this, async () => {
          for (const what of step.what) {
            await clock.sleep(step.after);
            await this.#meddle(what);
          }
        });
        break;
      case "approve":
        await this.approve(await this.run(await openFor(this.world)));
        break;
      case "meddle":
        await this.#meddle(step.what);
        break;
      case "wait":
        await clock.sleep(step.minutes * 60_000);
        break;
    }
    await this.#check(where);
  }

  /** Nobody does anything any more, and the newest file is a good one. @returns what it says */
  async comeToRest(): Promise<HostShape> {
    await leaveAlone(this.person);
    await this.push(this.#shape);
    return this.#shape;
  }

  /** @param complaints of the end */
  async outcome(complaints: readonly string[]): Promise<Outcome> {
    await this.#check("calm");
    this.#complain("calm", complaints);
    return {
      runs: this.#runs,
      faults: this.world.sandbox.faults.fired().length + this.#onHost,
      crashes: this.#crashes,
      violations: this.#violations,
    };
  }

  async push(shape: HostShape): Promise<void> {
    this.#shape = shape;
    this.#sequence += 1;
    await this.world.push(await openFor(this.world), fleetName, await hostFileOf(shape), this.#sequence);
  }

  async run(reconciler: Reconciler, request: Partial<RunRequest> = {}): Promise<RunRecord> {
    this.#runs += 1;
    const record = await this.world.run(reconciler, fleetName, request);
    this.#trace(
      `  ${record.end}: ${record.actions.map(({ target, outcome }) => `${target.kind}/${target.name} ${outcome.state}`).join(", ")}`,
    );
    return record;
  }

  async approve(record: RunRecord): Promise<void> {
    const waiting = record.held.filter(({ hold }) => hold.reason === "ApprovalNeeded");
    if (waiting.length === 0) return;
    for (const { target } of waiting) this.watch.approved.add(`${target.kind}/${target.name}`);
    await this.run(await openFor(this.world), { approve: waiting.map(({ id }) => id), by: "jo" });
    this.watch.approved.clear();
  }

  async #meddle(what: string): Promise<void> {
    this.#trace(`  somebody: ${what}`);
    await meddle(this.person, what);
    const { lines, seesDisk } = await decorations(this.person);
    this.#decorations = this.#decorations.filter(
      (line) => (lines.includes(line) || !seesDisk) && !(/config\.toml/.test(line) && /config\.toml/.test(what)),
    );
  }

  async #check(where: string): Promise<void> {
    this.#complain(where, this.watch.violations.splice(0));
    this.#complain(where, await this.#rising.check(this.world));
    const things = foreignThings(this.world.sandbox);
    for (const [name, was] of this.#planted) {
      if (things.get(name) !== was) this.#complain(where, [`${name} of others isn't what it was`]);
    }
    if (statesOf(this.world.sandbox).ec2.volumes[this.#dataVolume] === undefined) {
      this.#complain(where, ["the data volume is gone"]);
    }
    const now = await decorations(this.person);
    const lost = lostDecorations(this.#decorations, now, this.person);
    this.#complain(
      where,
      lost.map((line) => `lost, though undeclared: ${line}`),
    );
    this.#decorations = this.#decorations.filter((line) => !lost.includes(line));
  }

  #complain(where: string, what: readonly string[]): void {
    for (const each of what) this.#violations.push(`${where}: ${each}`);
  }
}
