import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { RunEvents } from "../shared/engine/event.ts";
import { openReconciler, type Reconciler, type TeardownOptions } from "../shared/reconciler/reconciler.ts";
import type { Io } from "./io.ts";
import { bucketOf, type CommonOptions } from "./options.ts";
import { awsConfig, personOf } from "./state.ts";

/** The reconciler that a command works with, in this process, under the same lease as every other. */
export function reconcilerOf(
  io: Io,
  options: CommonOptions,
  regionFromFile: string | undefined,
  events: RunEvents,
  teardown?: TeardownOptions,
): Promise<Reconciler> {
  return openReconciler({
    aws: awsConfig(io, options, regionFromFile),
    bucket: bucketOf(options),
    permissionsBoundary: io.env["FLEETKEEPER_BOUNDARY"],
    clock: { now: io.now, sleep: io.sleep },
    clocks: { wall: io.now, monotonic: () => performance.now() },
    random: io.random,
    newId: randomUUID,
    holder: `${personOf(io)}@${hostname()}`,
    events,
    ...(teardown === undefined ? {} : { teardown }),
  });
}
