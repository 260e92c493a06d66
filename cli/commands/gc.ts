import { randomUUID } from "node:crypto";
import { Failure } from "../../shared/engine/failure.ts";
import { type CollectionLook, serverClock } from "../../shared/reconciler/collection.ts";
import { type SweepReport, sweepFleet } from "../../shared/reconciler/sweep-fleet.ts";
import { gcText, sweepText } from "../../shared/report/gc-text.ts";
import { explain } from "../../shared/resources/machines/explain.ts";
import { explanationText } from "../../shared/resources/machines/explanation-text.ts";
import { readLedger, updateLedger } from "../../shared/resources/machines/ledger-object.ts";
import { approve } from "../../shared/resources/machines/mark.ts";
import { conditionVerdict } from "../../shared/resources/machines/summary.ts";
import type { ObjectStore } from "../../shared/store/object-store.ts";
import { openFleet } from "../fleet-session.ts";
import type { Io } from "../io.ts";
import type { CommonOptions } from "../options.ts";
import { sweepRemotely } from "../remote.ts";
import { isLoopback, personOf } from "../state.ts";
import { vouch } from "../vouch.ts";

interface Options extends CommonOptions {
  readonly fleet?: string;
  readonly explain?: string;
  readonly approve?: readonly string[];
  readonly ended?: readonly string[];
  readonly sweep?: true;
  readonly remote?: true;
}

/** Milliseconds in which a sweep from the command line starts deletions. */
const sweepTime = 10 * 60_000;

/**
 * `gc`: looks for orphans and says what it found; `--explain ID` why, `--approve ID...` releases what the fuse holds, `--ended ID...`
 * vouches for a manager's end, `--sweep` deletes: on the embedded AWS itself, else by the deployed function with `--remote`.
 * Exit 0 where nothing is lost, 2 where something is or nobody can tell.
 */
export async function run(io: Io, _: readonly string[], options: Options): Promise<number> {
  if (options.sweep === true && options.remote === true) {
    return showSweep(io, options, await sweepRemotely(io, options));
  }
  if (options.sweep === true) assertLoopback(options.endpointUrl);
  const { fleet, reconciler } = await openFleet(io, options);
  if (options.ended !== undefined) {
    const ended = await vouch(reconciler, fleet.metadata.name, options.ended, personOf(io));
    print(io, options, { fleet: fleet.metadata.name, ended }, () => ended.map((id) => `has ended: ${id}\n`).join(""));
    return 0;
  }
  if (options.approve !== undefined) return approveMarks(io, options, reconciler.store, fleet.metadata.name);
  if (options.sweep === true) {
    return showSweep(
      io,
      options,
      await sweepFleet(reconciler, fleet.metadata.name, randomUUID(), io.now() + sweepTime),
    );
  }
  const look = await reconciler.collection.look(fleet);
  if (options.explain !== undefined) return explainOne(io, options, look, options.explain);
  const condition = conditionVerdict(look.summary);
  print(io, options, { fleet: fleet.metadata.name, condition, ...look.summary }, () => gcText(look.summary, condition));
  return condition.reason === "NoOrphans" ? 0 : 2;
}

/** Exit 1 where something that may be deleted couldn't be, 2 where nothing was looked at. */
function showSweep(io: Io, options: Options, report: SweepReport): number {
  print(io, options, report, () => sweepText(report));
  if (report.deletions.some(({ failure }) => failure !== undefined)) return 1;
  return report.heldBack === undefined ? 0 : 2;
}

function print(io: Io, options: Options, answer: object, text: () => string): void {
  io.stdout.write(options.output === "json" ? `${JSON.stringify({ version: 1, ...answer }, null, 2)}\n` : text());
}

function explainOne(io: Io, options: Options, { evidence, sweep }: CollectionLook, id: string): number {
  if (evidence.listing.state === "unknown") {
    throw new Failure({
      code: "NoLook",
      class: "retry",
      message: `EC2 didn't list every instance: ${evidence.listing.why}`,
    });
  }
  const machine = evidence.listing.value.find((one) => one.id === id);
  if (machine === undefined) {
    throw new Failure({
      code: "NoSuchInstance",
      class: "terminal",
      message: `EC2 lists no instance ${id} that is pending, running, stopping or stopped`,
    });
  }
  const explanation = explain(machine, evidence, sweep.now, sweep);
  print(io, options, explanation, () => explanationText(explanation));
  return 0;
}

/** A yes is to a mark: what carries none isn't lost, or not seen so yet. */
async function approveMarks(io: Io, options: Options, store: ObjectStore, fleet: string): Promise<number> {
  const subjects = (options.approve ?? []).map((id) => {
    if (/^i-[0-9a-f]+$/.test(id)) return `instance/${id}` as const;
    throw new Failure({
      code: "InvalidArgument",
      class: "terminal",
      message: `${JSON.stringify(id)} isn't the id of an instance`,
      hint: "`fleetkeeper gc` lists what is marked.",
    });
  });
  const { marks } = await readLedger(store, fleet);
  const unmarked = subjects.filter((subject) => marks[subject] === undefined);
  if (unmarked.length > 0) {
    throw new Failure({
      code: "NotMarked",
      class: "terminal",
      message: `nothing was approved: ${unmarked.join(", ")} ${unmarked.length === 1 ? "carries" : "carry"} no mark`,
      hint: "`fleetkeeper gc` lists what is marked.",
    });
  }
  const by = personOf(io);
  // The store answered just now: its time is the one that marks are dated by, not this machine's.
  const at = serverClock(store)();
  await updateLedger(store, fleet, (ledger) => approve(ledger, subjects, by, at));
  print(io, options, { fleet, approved: subjects, by }, () =>
    subjects.map((subject) => `approved: ${subject}\n`).join(""),
  );
  return 0;
}

/** In an account, deleting is left to the collect function and its role; the embedded AWS has none. */
function assertLoopback(endpoint: string | undefined): void {
  if (isLoopback(endpoint)) return;
  throw new Failure({
    code: "SweepRefused",
    class: "terminal",
    message: "--sweep deletes, and is only for an AWS on this machine: the endpoint isn't on loopback",
    hint: "In an account only the function `collect` deletes: add --remote.",
  });
}
