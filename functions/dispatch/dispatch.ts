import { functionInvoker } from "../../shared/aws/function-invoker.ts";
import { Failure, failureWhile } from "../../shared/engine/failure.ts";
import { fleetNames } from "../../shared/store/only-fleet.ts";
import { required } from "../common/environment.ts";
import { functionAws } from "../common/fleet-aws.ts";
import type { Invocation } from "../common/invocation.ts";
import { emitMetrics } from "../common/metrics.ts";
import { stateOf } from "../common/state.ts";
import { type DispatchEvent, wantedBy } from "./event.ts";

export interface Dispatched {
  readonly version: 1;
  /** Fleets for which a reconcile was put into the queue. */
  readonly fleets: readonly string[];
  /** What said nothing to us, each a sentence. */
  readonly ignored: readonly string[];
}

/** Invocations under way at once: Lambda answers in milliseconds, and its own rate is shared with the account. */
const atOnce = 10;

/**
 * One asynchronous reconcile for each fleet that an event concerns. An event only means "look", so lost, doubled and
 * reordered ones do no harm. What can't be put into the queue fails the whole event, after all others were.
 */
export async function dispatch(event: DispatchEvent, { process, id, log }: Invocation): Promise<Dispatched> {
  const wanted = wantedBy(event, required(process, "FLEETKEEPER_BUCKET"));
  const ignored = [...wanted.ignored];
  const aws = functionAws(process);
  const known = wanted.fleets?.length === 0 ? [] : await fleetNames(await stateOf(aws, process));
  const fleets = known.filter((fleet) => wanted.fleets === undefined || wanted.fleets.includes(fleet));
  for (const fleet of wanted.fleets ?? []) if (!known.includes(fleet)) ignored.push(`there is no fleet ${fleet}`);
  for (const why of ignored) log.write("EventIgnored", { why });
  const invoker = functionInvoker(aws);
  const name = required(process, "FLEETKEEPER_RECONCILE_FUNCTION");
  const failures: Failure[] = [];
  const left = [...fleets];
  const work = async (): Promise<void> => {
    for (let fleet = left.shift(); fleet !== undefined; fleet = left.shift()) {
      try {
        await invoker.start(name, { requestId: id, ...wanted.request, fleet });
        log.write("Dispatched", { fleet, trigger: wanted.request.trigger });
      } catch (error) {
        const failure = failureWhile(`dispatching ${fleet}`, error);
        log.write("DispatchFailed", { fleet, code: failure.code, message: failure.message });
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  emitMetrics(process, { Dispatched: fleets.length - failures.length }, undefined);
  if (failures[0] !== undefined) throw notAll(failures[0], failures.length, fleets.length);
  return { version: 1, fleets, ignored };
}

function notAll({ code, class: kind, message, hint }: Failure, failed: number, all: number): Failure {
  return new Failure({ code, class: kind, message: `${failed} of ${all} fleets: ${message}`, hint });
}
