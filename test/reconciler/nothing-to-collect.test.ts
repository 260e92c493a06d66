import { expect, test } from "vitest";
import { updateHolds } from "../../shared/store/holds.ts";
import { FleetWorld, sampleFile } from "../harness/fleet-world.ts";

/** How often the ledger was read by one run. */
async function ledgerReads(world: FleetWorld): Promise<number> {
  world.sandbox.calls.clear();
  expect((await world.run(await world.reconciler(), "tiny")).end).toBe("Ready");
  return world.sandbox.calls
    .all()
    .filter(({ operation, input }) => operation === "GetObject" && JSON.stringify(input).includes("ledger.json"))
    .length;
}

test("a fleet without runners costs no read of the ledger, until its file changes or somebody vouches for a manager's end", async () => {
  const world = await FleetWorld.open();
  try {
    const body = (await sampleFile("minimal")).replace("mode: Observe", "mode: Enforce");
    await world.push(await world.reconciler(), "tiny", body, 1);
    for (let end = ""; end !== "Ready"; ) ({ end } = await world.run(await world.reconciler(), "tiny"));
    expect(await ledgerReads(world)).toBe(0);
    await world.push(await world.reconciler(), "tiny", `${body}\n# another file\n`, 2);
    expect(await ledgerReads(world)).toBe(1);
    expect(await ledgerReads(world)).toBe(0);
    const { store } = await world.reconciler();
    await updateHolds(store, "tiny", (holds) => ({ ...holds, vouched: true }));
    expect(await ledgerReads(world)).toBe(1);
  } finally {
    await world.close();
  }
});
