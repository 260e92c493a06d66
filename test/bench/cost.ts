import { changingWrites } from "../../cli/demo/stage.ts";
import type { Call } from "../../sandbox/calls.ts";
import type { FleetWorld } from "../harness/fleet-world.ts";

const latency = 100;

export interface Cost {
  /** Round trips one after the other, the time that hosts took for their commands left out. */
  readonly path: number;
  readonly calls: number;
  readonly writes: number;
  readonly commands: number;
}

/** What some work costs, on a clock that only moves by the calls' latency: time over latency is the critical path. */
export async function cost(world: FleetWorld, work: () => Promise<unknown>): Promise<Cost> {
  world.sandbox.calls.clear();
  world.sandbox.latency = latency;
  const startedAt = world.clock.now();
  await work();
  const took = world.clock.now() - startedAt;
  world.sandbox.latency = 0;
  const calls = world.sandbox.calls.all().filter((call) => !isHosts(call));
  return {
    path: Math.round((took - waited(calls)) / latency),
    calls: calls.length,
    writes: changingWrites(calls).length,
    commands: calls.filter(({ operation }) => operation === "SendCommand").length,
  };
}

/** What a host's own scripts ask AWS for belongs to their time. A session of an instance's role is named by its id. */
function isHosts({ caller }: Call): boolean {
  return /:assumed-role\/[^/]+\/i-[0-9a-f]+$/.test(caller?.arn ?? "");
}

/** From the answer that a command is on its way until it is asked for the last time: the host's own time. */
function waited(calls: readonly Call[]): number {
  const sent = calls.find(({ operation }) => operation === "SendCommand");
  const last = calls.findLast(({ operation }) => operation === "GetCommandInvocation");
  if (sent?.endedAt === undefined || last?.endedAt === undefined) return 0;
  // The embedded AWS runs a script while it is asked for its answer, which is one round trip.
  return Math.max(0, last.endedAt - latency - sent.endedAt);
}
