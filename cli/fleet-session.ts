import { type Fleet, parseFleet } from "../shared/desired/fleet.ts";
import { Failure } from "../shared/engine/failure.ts";
import type { Reconciler } from "../shared/reconciler/reconciler.ts";
import type { Io } from "./io.ts";
import { reconcilerOf } from "./open-reconciler.ts";
import type { CommonOptions } from "./options.ts";
import { fleetOf } from "./state.ts";

export interface FleetSession {
  readonly fleet: Fleet;
  readonly reconciler: Reconciler;
}

/** The fleet as it is in force. Makes no change. @throws Failure `NothingInForce` */
export async function openFleet(io: Io, options: CommonOptions & { readonly fleet?: string }): Promise<FleetSession> {
  const reconciler = await reconcilerOf(io, options, undefined, { emit: () => undefined });
  const name = await fleetOf(reconciler.store, options.fleet);
  const { accepted } = await reconciler.engine.store.load(name);
  const parsed = accepted === undefined ? undefined : parseFleet(accepted.body, name);
  if (parsed?.ok === true) return { fleet: parsed.fleet, reconciler };
  throw new Failure({
    code: "NothingInForce",
    class: "terminal",
    message: `no valid file is in force for ${name}`,
    hint: "push its file and run `fleetkeeper reconcile`",
  });
}
