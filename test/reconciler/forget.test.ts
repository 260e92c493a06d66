import { expect, test } from "vitest";
import { updateHolds } from "../../shared/store/holds.ts";
import { readTeardown } from "../../shared/store/teardown.ts";
import { endFleet } from "../harness/ending-fleet.ts";
import { FleetWorld } from "../harness/fleet-world.ts";

test("a teardown that waits for a lease can be interrupted and has its time, and the next call forgets the fleet", async () => {
  const world = await FleetWorld.open();
  try {
    const { store, engine } = await world.reconciler();
    const teardown = { by: "ada", at: 0, data: false, approved: [], emptiedAt: 1 };
    await updateHolds(store, "acme", () => ({ teardown }));
    const held = await engine.leases.acquire("acme", { requestId: "other", trigger: "manual", force: false });
    await expect(endFleet(world, "acme", { interrupted: () => true })).rejects.toMatchObject({ code: "Interrupted" });
    await expect(endFleet(world, "acme", { within: 5_000 })).rejects.toMatchObject({ code: "Interrupted" });
    if (held.state === "acquired") await held.lease.release([], true);
    expect((await endFleet(world, "acme", { interrupted: () => true })).end).toBe("Gone");
    expect((await readTeardown(store, "acme"))?.endedAt).toBeDefined();
  } finally {
    await world.close();
  }
});
