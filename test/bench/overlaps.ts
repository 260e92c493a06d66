import type { Call } from "../../sandbox/calls.ts";

/** A run as the calls show it: from the write that took the lease to the one that gave it back. Numbers of calls. */
interface Run {
  readonly caller: string;
  readonly from: number;
  to: number;
}

interface LeaseBody {
  readonly data: { readonly epoch: number; readonly holder?: object };
}

/**
 * What no two runs of one fleet may do, judged from outside by the calls that reached AWS: overlap, or write anything of the
 * fleet's without holding its lease. Free of it are a run's sign of life, which goes side by side with the lease's return
 * and never takes the place of a later run's, and the one-shot schedule, which is set when a run is over.
 * @param calls in order, of workers' sessions, of which each invocation has one of its own
 * @returns how many times it happened
 */
export function overlaps(calls: readonly Call[]): number {
  const fleets = Map.groupBy(calls.filter(succeeded), ({ caller }) => fleetOf(caller?.arn));
  let found = 0;
  for (const [fleet, made] of fleets) {
    if (fleet === undefined) continue;
    const runs = runsOf(made, `fleets/${fleet}/lease.json`);
    found += runs.filter((run, index) => runs.slice(index + 1).some(({ from }) => from < run.to)).length;
    found += made.filter((call) => isWork(call, fleet) && !runs.some((run) => isWithin(run, call))).length;
  }
  return found;
}

function runsOf(calls: readonly Call[], lease: string): readonly Run[] {
  const runs: Run[] = [];
  let epoch = 0;
  for (const call of calls) {
    const { number, operation, input } = call;
    if (operation !== "PutObject" || input["Key"] !== lease) continue;
    const { data } = JSON.parse(Buffer.from(input["Body"] as Uint8Array).toString("utf8")) as LeaseBody;
    const caller = keyOf(call);
    // A note is put by somebody else, and leaves the epoch as it is.
    if (data.epoch > epoch) {
      epoch = data.epoch;
      runs.push({ caller, from: number, to: Number.POSITIVE_INFINITY });
    } else if (data.holder === undefined) {
      const ended = runs.findLast((run) => run.caller === caller);
      if (ended !== undefined) ended.to = number;
    }
  }
  return runs;
}

function isWork({ access, service, input }: Call, fleet: string): boolean {
  const free = ["lease.json", "heartbeat.json"].map((name) => `fleets/${fleet}/${name}`);
  return access === "write" && service !== "scheduler" && !free.includes(String(input["Key"]));
}

function isWithin({ caller, from, to }: Run, call: Call): boolean {
  return keyOf(call) === caller && from < call.number && call.number < to;
}

function succeeded({ status }: Call): boolean {
  return status !== undefined && status < 300;
}

function keyOf({ caller }: Call): string {
  return caller?.accessKeyId ?? "";
}

/** A worker's session is named by its fleet. */
function fleetOf(arn: string | undefined): string | undefined {
  return /:assumed-role\/fleetkeeper-reconcile-worker\/([^/]+)$/.exec(arn ?? "")?.[1];
}
