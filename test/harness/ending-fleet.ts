import { underLease } from "../../cli/under-lease.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import { preview } from "../../shared/engine/preview.ts";
import { type Destroyed, destroy } from "../../shared/reconciler/destroy.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { beginTeardown, readTeardown } from "../../shared/store/teardown.ts";
import type { FleetWorld } from "./fleet-world.ts";

export interface Ending {
  readonly data?: boolean;
  /** Its connection, where it is to crash. */
  readonly handler?: SandboxHandler;
  /** Kinds that play a part; default: all. */
  readonly kinds?: readonly string[];
  readonly told?: string[];
  /** Of a session that may not mark; default: of somebody who may do everything. */
  readonly credentials?: AwsConfig["credentials"];
  /** Asked after each run; default: never. */
  readonly interrupted?: () => boolean;
  /** Milliseconds after which it ends; default: never. */
  readonly within?: number;
}

/** A process that takes the fleet down: it approves what the plan shows, unless that was done before, and goes on to the end. */
export async function endFleet(world: FleetWorld, name: string, ending: Ending = {}): Promise<Destroyed> {
  const { data = false, told = [], interrupted = () => false, within = Number.POSITIVE_INFINITY } = ending;
  const reconciler = await endingReconciler(world, ending);
  const { engine, store } = reconciler;
  const state = await engine.store.load(name);
  if (state.teardown === undefined) {
    const { plan } = await preview(engine, name, state, { force: true });
    const approve = plan?.actions.map(({ id }) => id) ?? [];
    await beginTeardown(store, name, { by: "ada", at: world.clock.now(), data, approve });
  }
  return destroy(
    {
      reconciler,
      clock: world.clock,
      newId: () => world.sandbox.random.uuid(),
      by: "ada",
      interrupted,
      deadline: world.clock.now() + within,
      tell: (line) => told.push(line),
      collect: async (fleet) => {
        const { deletions } = await underLease(reconciler, name, (lease) =>
          reconciler.collection.sweep(fleet, lease, world.clock.now() + 600_000),
        );
        return deletions.map(({ subject, failure }) => `${subject} ${failure ?? "deleted"}`);
      },
    },
    name,
  );
}

async function endingReconciler(
  world: FleetWorld,
  { data = false, handler = new SandboxHandler(world.sandbox), kinds, credentials }: Ending,
): Promise<Reconciler> {
  const retry = { baseDelay: 0, attempts: 3, mode: "standard" } as const;
  const aws = credentials === undefined ? {} : { aws: { ...world.settings(handler), credentials, retry } };
  const teardown = { data, marks: credentials === undefined };
  const reconciler = await world.reconciler(handler, "destroy", { teardown, ...aws });
  if (kinds === undefined) return reconciler;
  const { engine } = reconciler;
  return { ...reconciler, engine: { ...engine, kinds: engine.kinds.filter(({ kind }) => kinds.includes(kind)) } };
}

/** Whether the store says that it is over. */
export async function isOver(world: FleetWorld, name: string): Promise<boolean> {
  const { store } = await world.reconciler();
  return (await readTeardown(store, name))?.endedAt !== undefined;
}
