import { randomUUID } from "node:crypto";
import { functionInvoker } from "../../shared/aws/function-invoker.ts";
import type { Fleet } from "../../shared/desired/fleet.ts";
import { Failure } from "../../shared/engine/failure.ts";
import type { Plan } from "../../shared/engine/plan.ts";
import { preview } from "../../shared/engine/preview.ts";
import type { FleetState } from "../../shared/engine/state-port.ts";
import { isDestroyed, isUnderWay } from "../../shared/engine/teardown.ts";
import { destroy, nothingInForce } from "../../shared/reconciler/destroy.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { planHtml } from "../../shared/report/plan-html.ts";
import { planJson } from "../../shared/report/plan-json.ts";
import { planMarkdown } from "../../shared/report/plan-markdown.ts";
import { planText } from "../../shared/report/plan-text.ts";
import { abandonTeardown, beginTeardown } from "../../shared/store/teardown.ts";
import { endJson, exitOf, renderEnd } from "../destroy-end.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import { type CommonOptions, durationOf } from "../options.ts";
import { progressLines, silent, withoutRepeats } from "../progress.ts";
import { awsConfig, fleetOf, isLoopback, personOf } from "../state.ts";
import { styleOf } from "../style.ts";
import { underLease } from "../under-lease.ts";

interface Options extends CommonOptions {
  readonly fleet?: string;
  readonly data?: true;
  readonly timeout: string;
  readonly approve?: readonly string[];
  readonly confirm?: string;
  readonly abandon?: true;
}

/** Milliseconds in which one pass of collection starts deletions. */
const sweepTime = 10 * 60_000;

/**
 * `destroy`: the plan of a fleet's end; approved by ids or by its name, the end itself. Exit 0 all gone but what is
 * retained, 2 a plan or something that waits for a person, 1 failed or not done in time.
 */
export async function run(io: Io, _: readonly string[], options: Options): Promise<number> {
  const timeout = durationOf("--timeout", options.timeout);
  const text = options.output === "text";
  const events = text ? withoutRepeats(progressLines(io.stderr, styleOf(io.stderr, io))) : silent;
  const data = options.data === true;
  const marks = isLoopback(options.endpointUrl);
  const reconciler = await reconcilerOf(io, options, undefined, events, { data, marks });
  const { engine } = reconciler;
  const name = await fleetOf(reconciler.store, options.fleet);
  if (options.abandon === true) return abandon(io, options, reconciler, name);
  const state = await engine.store.load(name);
  if (isDestroyed(state)) return tell(io, options, name, `${name} is destroyed already`);
  const { teardown } = state;
  const emptied = isUnderWay(teardown) && teardown.emptiedAt !== undefined;
  if (!emptied && !(await begin(io, options, reconciler, name, state))) return 2;
  io.interrupted.addEventListener("abort", () => {
    io.stderr.write("ending this run in good order; the teardown goes on with the next call\n");
  });
  const ended = await destroy(
    {
      reconciler,
      clock: engine.clock,
      newId: randomUUID,
      by: personOf(io),
      collect: (fleet) => collect(io, options, reconciler, fleet),
      interrupted: () => io.interrupted.aborted,
      deadline: engine.clock.now() + timeout,
      tell: (line) => io.stderr.write(`${line}\n`),
    },
    name,
  );
  io.stdout.write(text ? renderEnd(name, ended, options, styleOf(io.stdout, io)) : endJson(name, ended));
  return exitOf(ended);
}

/** Shows the plan, or begins what of it is approved. @returns whether a teardown is under way now */
async function begin(
  io: Io,
  options: Options,
  { engine, store, identify }: Reconciler,
  name: string,
  state: FleetState,
): Promise<boolean> {
  const data = options.data === true;
  const [{ plan }] = await Promise.all([preview(engine, name, state, { force: true }), identify()]);
  if (plan === undefined) throw nothingInForce(name);
  const approve = approvedOf(name, plan, options);
  if (approve === undefined && !isUnderWay(state.teardown)) {
    io.stdout.write(renderPlan(io, plan, options));
    if (options.output === "text") io.stderr.write(howToGoOn(name, data));
    return false;
  }
  refuseStandstill(plan);
  await beginTeardown(store, name, { by: personOf(io), at: io.now(), data, approve: approve ?? [] });
  return true;
}

/** Ids approved by this call; undefined where it approves nothing. */
function approvedOf(name: string, plan: Plan, { approve, confirm }: Options): readonly string[] | undefined {
  const planned = plan.actions.map(({ id }) => id);
  if (confirm !== undefined) {
    if (confirm === name) return planned;
    throw new Failure({
      code: "NotConfirmed",
      class: "terminal",
      message: `--confirm says ${JSON.stringify(confirm)}, and the fleet is ${name}: nothing was begun`,
      hint: "Type the name of the fleet that is to end.",
    });
  }
  const strangers = (approve ?? []).filter((id) => !planned.includes(id));
  if (strangers.length === 0) return approve;
  throw new Failure({
    code: "NoSuchAction",
    class: "terminal",
    message: `the plan has no action ${strangers.join(", ")}: nothing was begun`,
    hint: "Look at the plan again: what an id stood for may be gone or changed.",
  });
}

/** What holds everything is told before anything is begun. */
function refuseStandstill({ actions }: Plan): void {
  const [first] = actions;
  const still = actions.every(({ held }) => held?.reason === "Observing" || held?.reason === "Suspended");
  if (first?.held === undefined || !still) return;
  throw new Failure({
    code: first.held.reason,
    class: "terminal",
    message: `nothing was begun: ${first.held.message}`,
    hint:
      first.held.reason === "Observing"
        ? "A fleet that is only observed isn't taken down either: push its file with `mode: Enforce` first."
        : "`fleetkeeper resume` ends a suspension by command.",
  });
}

/** On the embedded AWS in this process; in an account by the functions whose roles may do it. */
async function collect(io: Io, options: Options, reconciler: Reconciler, fleet: Fleet): Promise<readonly string[]> {
  if (isLoopback(options.endpointUrl)) {
    const { deletions } = await underLease(reconciler, fleet.metadata.name, (lease) =>
      reconciler.collection.sweep(fleet, lease, io.now() + sweepTime),
    );
    return deletions.map(({ subject, failure }) => `${subject} ${failure === undefined ? "deleted" : failure}`);
  }
  const installation = io.env["FLEETKEEPER_INSTALLATION"] ?? "fleetkeeper";
  const invoker = functionInvoker(awsConfig(io, options, fleet.spec.region));
  // Whoever marks can't delete, and whoever deletes can't mark: two functions, one after the other.
  await invoker.ask(`${installation}-reconcile`, { fleet: fleet.metadata.name });
  await invoker.ask(`${installation}-collect`, { fleet: fleet.metadata.name });
  return [];
}

async function abandon(io: Io, options: Options, { store }: Reconciler, name: string): Promise<number> {
  const given = await abandonTeardown(store, name);
  const what = given
    ? "the teardown is given up; the next reconcile makes anew what is gone"
    : "no teardown is under way";
  return tell(io, options, name, `${name}: ${what}`);
}

function tell(io: Io, options: Options, fleet: string, message: string): number {
  const json = JSON.stringify({ version: 1, fleet, message }, null, 2);
  io.stdout.write(options.output === "json" ? `${json}\n` : `${message}\n`);
  return 0;
}

function renderPlan(io: Io, plan: Plan, options: Options): string {
  switch (options.output) {
    case "json":
      return `${JSON.stringify(planJson(plan, []), null, 2)}\n`;
    case "markdown":
      return planMarkdown(plan);
    case "html":
      return planHtml(plan, io.now());
    case "text":
      return planText(plan, styleOf(io.stdout, io));
  }
}

function howToGoOn(name: string, data: boolean): string {
  const more = data ? " --data" : "";
  return `nothing was done. To go on: fleetkeeper destroy${more} --confirm ${name}, or --approve ID... for some of it\n`;
}
