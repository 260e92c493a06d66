import type { Finding } from "../../shared/resources/machines/companions.ts";
import { lookAt } from "../../shared/resources/machines/findings.ts";
import type { Ledger } from "../../shared/resources/machines/ledger.ts";
import type { Look, Objections } from "../../shared/resources/machines/look.ts";
import type { Machine } from "../../shared/resources/machines/machine.ts";
import { recordManagers } from "../../shared/resources/machines/manager-record.ts";
import { markTagValue, recordLook } from "../../shared/resources/machines/mark.ts";
import type { CollectionPolicy } from "../../shared/resources/machines/policy.ts";
import { answered, unanswered } from "../../shared/resources/machines/span.ts";
import { objectionsOf, planSweep, type SweepContext } from "../../shared/resources/machines/sweep.ts";
import { askJobs, askManagers, type Fails, type Listed, listRest, type Sabotage } from "./gc-gathering.ts";
import type { World } from "./gc-world.ts";

/** What all reconcilers share: the objects in the bucket, and what the check remembers of them. */
export interface Store {
  ledger: Ledger;
  objections: Objections;
  /** Rises with every recorded look. */
  sequence: number;
  /** Every look on record that spoke for something: when it was taken and when recorded. */
  readonly spoken: Map<string, { readonly at: number; readonly sequence: number; readonly verdict: string }>;
}

export interface FalseKill {
  readonly id: string;
  readonly why: string;
  readonly time: number;
}

export interface Tally {
  kills: number;
  companions: number;
  readonly falseKills: FalseKill[];
}

type Stage = "list" | "list the rest" | "ask managers" | "ask about jobs" | "judge" | "act";

interface Plan {
  readonly deletions: Finding[];
  readonly ledger: Ledger;
  /** Looks recorded later can't have been known to it. */
  readonly sequence: number;
}

/** One run of one reconciler, a step at a time so that the world goes on between any two of its calls. */
export class Reconciler {
  readonly role: "marker" | "sweeper";
  /** How far the clock of its machine is ahead. */
  clock = 0;
  private stage: Stage = "list";
  private pages: Machine[] = [];
  private page = 0;
  private from = 0;
  private failed = false;
  private listed: Listed | undefined;
  private plan: Plan | undefined;
  private readonly policy: CollectionPolicy;
  private readonly sabotage: Sabotage | undefined;

  constructor(role: "marker" | "sweeper", policy: CollectionPolicy, sabotage?: Sabotage) {
    this.role = role;
    this.policy = policy;
    this.sabotage = sabotage;
  }

  /** True from a sweeper's disk reading to its last call: what a person restores then, nobody sees. */
  get committed(): boolean {
    return (
      this.role === "sweeper" && (this.stage === "ask about jobs" || this.stage === "judge" || this.stage === "act")
    );
  }

  get idle(): boolean {
    return this.stage === "list" && this.page === 0;
  }

  /** Its end, or its death: whatever it knew is lost. */
  reset(): void {
    this.stage = "list";
    this.page = 0;
    this.pages = [];
    this.failed = false;
    this.plan = undefined;
  }

  step(world: World, store: Store, tally: Tally, fails: Fails): void {
    switch (this.stage) {
      case "list":
        this.list(world, fails);
        break;
      case "list the rest": {
        const span = { from: this.from, to: world.time };
        const listing = this.failed ? unanswered("a page was throttled") : answered(span, this.pages);
        this.listed = listRest(world, store.ledger, listing, fails);
        this.stage = "ask managers";
        break;
      }
      case "ask managers":
        this.askManagers(world, store, fails);
        break;
      case "ask about jobs":
        if (this.listed === undefined) break;
        this.listed = {
          ...this.listed,
          evidence: askJobs(world, this.listed.evidence, world.time + this.clock, fails, this.sabotage),
        };
        this.stage = "judge";
        break;
      case "judge":
        this.judge(world, store);
        this.stage = "act";
        break;
      case "act":
        if (this.role === "marker") this.tag(world, store);
        else this.delete(world, store, tally);
        break;
    }
  }

  private list(world: World, fails: Fails): void {
    if (this.page === 0) {
      this.from = world.time;
    }
    this.failed ||= fails();
    let serial = 0;
    for (const instance of world.instances.values()) {
      serial += 1;
      if (serial % 2 !== this.page) continue;
      const machine = world.listed(instance);
      if (machine !== undefined && machine.state !== "shutting-down" && machine.state !== "terminated") {
        this.pages.push(machine);
      }
    }
    this.page += 1;
    if (this.page === 2) this.stage = "list the rest";
  }

  private askManagers(world: World, store: Store, fails: Fails): void {
    if (this.listed === undefined) return;
    const { evidence } = this.listed;
    const asked = askManagers(world, store.ledger, fails, this.sabotage);
    this.listed = { ...this.listed, evidence: { ...evidence, managers: asked } };
    this.stage = "ask about jobs";
  }

  private judge(world: World, store: Store): void {
    if (this.listed === undefined) return;
    const { evidence, companions, census } = this.listed;
    const look = lookAt(evidence, companions, world.time + this.clock);
    if (this.role === "marker") {
      // The write is conditional: one who lost reads again and records the same look on what is there now.
      const ledger = recordManagers(store.ledger, evidence, census);
      store.ledger = recordLook(ledger, look, this.policy, store.objections);
      remember(store, look);
      return;
    }
    const context = this.context(world, store, look);
    const deletions = [...planSweep(context).deletions];
    const { ledger, sequence } = store;
    store.objections = objectionsOf(context);
    this.plan = { deletions, ledger, sequence };
    remember(store, look, store.objections);
  }

  private context(world: World, store: Store, look: Look): SweepContext {
    const listed = new Map(this.pages.map((machine) => [`instance/${machine.id}`, machine]));
    const patient = this.sabotage !== "one sighting";
    return {
      ledger: patient ? store.ledger : impatient(store.ledger, this.policy),
      policy: this.policy,
      look,
      objections: store.objections,
      tagged: (subject) => {
        const machine = listed.get(subject);
        return machine === undefined || machine.tags["fleetkeeper:orphan"] !== undefined;
      },
      now: world.time + this.clock,
    };
  }

  private tag(world: World, store: Store): void {
    for (const instance of world.instances.values()) {
      if (instance.endedAt !== undefined) continue;
      const mark = store.ledger.marks[`instance/${instance.id}`];
      if (mark === undefined) delete instance.tags["fleetkeeper:orphan"];
      else instance.tags["fleetkeeper:orphan"] = markTagValue(mark);
    }
    this.reset();
  }

  private delete(world: World, store: Store, tally: Tally): void {
    const finding = this.plan?.deletions.shift();
    if (finding === undefined || this.plan === undefined) this.reset();
    else if (finding.subject.startsWith("instance/")) this.terminate(world, store, tally, finding, this.plan);
    else deleteCompanion(world, tally, finding);
  }

  private terminate(world: World, store: Store, tally: Tally, { subject }: Finding, plan: Plan): void {
    const instance = world.instances.get(subject.slice("instance/".length));
    if (instance === undefined || instance.endedAt !== undefined) return;
    // What IAM refuses: no mark's tag, or a person's keep.
    if (instance.tags["fleetkeeper:keep"] !== undefined || instance.tags["fleetkeeper:orphan"] === undefined) return;
    const since = plan.ledger.marks[subject]?.since ?? 0;
    const spoken = store.spoken.get(subject);
    const recorded = spoken !== undefined && spoken.at >= since && spoken.sequence <= plan.sequence;
    const why = world.spokenFor(instance) ?? (recorded ? `${spoken.verdict} by a look since its mark` : undefined);
    tally.kills += 1;
    if (why !== undefined) tally.falseKills.push({ id: instance.id, why, time: world.time });
    world.end(instance);
  }
}

function deleteCompanion(world: World, tally: Tally, { subject }: Finding): void {
  const id = subject.slice(subject.indexOf("/") + 1);
  tally.companions += 1;
  const wrong = (why: string) => tally.falseKills.push({ id: subject, why, time: world.time });
  if (subject.startsWith("spot-request/")) {
    const request = world.requests.get(id);
    if (world.creations.some((creation) => creation.request === id)) wrong("request of a machine being made");
    if (request !== undefined) request.state = "cancelled";
  } else if (subject.startsWith("key-pair/")) {
    if (world.creations.some(({ name }) => name === id)) wrong("key pair of a machine being made");
    world.keyPairs.delete(id);
  } else if (subject.startsWith("directory/")) {
    const [host = "", name = ""] = id.split("/");
    const owner = world.hosts.find((candidate) => candidate.id === host);
    if (owner?.inFlight.has(name)) wrong("directory of a machine being made");
    const alive = [...world.instances.values()].some(
      ({ keyName, endedAt }) => keyName === name && endedAt === undefined,
    );
    if (alive) wrong("directory of a living machine");
    owner?.disk.directories.delete(name);
  }
}

/** Keeps every verdict on record that spoke for something; of a sweeper's look only the objections are on record. */
function remember(store: Store, look: Look, only?: Objections): void {
  store.sequence += 1;
  const { sequence } = store;
  for (const { subject, verdict } of look.findings) {
    if (verdict.verdict === "suspect" || verdict.verdict === "stranded") continue;
    if (only !== undefined && only[subject] === undefined) continue;
    const before = store.spoken.get(subject);
    if (before === undefined || before.at < look.at) {
      store.spoken.set(subject, { at: look.at, sequence, verdict: verdict.verdict });
    }
  }
}

function impatient(ledger: Ledger, policy: CollectionPolicy): Ledger {
  const marks = Object.entries(ledger.marks).map(([subject, { brokenAt: _, ...mark }]) => {
    return [subject, { ...mark, sightings: 3, since: mark.last - policy.gracePeriod }] as const;
  });
  return { ...ledger, marks: Object.fromEntries(marks) };
}
