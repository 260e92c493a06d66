import { randomUUID } from "node:crypto";
import { Failure } from "../shared/engine/failure.ts";
import type { Lease } from "../shared/engine/lease.ts";
import type { Reconciler } from "../shared/reconciler/reconciler.ts";

/** Does something as a run would, so that no run is at work meanwhile. @throws Failure `LeaseHeld` */
export async function underLease<Result>(
  { engine }: Reconciler,
  fleet: string,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  const acquired = await engine.leases.acquire(fleet, { requestId: randomUUID(), trigger: "manual", force: false });
  if (acquired.state === "held") {
    throw new Failure({
      code: "LeaseHeld",
      class: "retry",
      message: `${acquired.by} works on ${fleet} right now`,
      hint: "Repeat the command in a moment.",
    });
  }
  try {
    return await work(acquired.lease);
  } finally {
    await acquired.lease.release([], true);
  }
}
