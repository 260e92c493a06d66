import { expect, it } from "vitest";
import { SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { CollectedWorld, minute } from "./collected-world.ts";

/** A world one pass before its only orphan may be deleted, with a machine beside it that is known. */
async function almost() {
  const world = await CollectedWorld.open();
  const host = await world.addHost();
  const [orphan, kept] = [await world.createMachine(host), await world.createMachine(host)];
  await world.world.clock.advance(20 * minute);
  world.drop(host, orphan);
  await world.runFor(16);
  return { world, orphan, kept };
}

it("a pass that is killed before or after any single call deletes nothing else, and the next ones finish its work", async () => {
  const whole = await almost();
  const counting = new SandboxHandler(whole.world.world.sandbox);
  await whole.world.run(undefined, counting);
  expect(await whole.world.living()).toEqual([whole.kept]);
  expect(counting.calls).toBeGreaterThan(15);

  for (let at = 1; at <= counting.calls; at += 1) {
    for (const when of ["before", "after"] as const) {
      const { world, kept } = await almost();
      const dying = new SandboxHandler(world.world.sandbox, { at, when });
      // Whatever it says of its own death: a read that dies is silence to it, and the rest of that pass is silent too.
      await world.run(undefined, dying).catch(() => undefined);
      expect(await world.living(), `killed ${when} call ${at}`).toContain(kept);
      await world.world.clock.advance(8 * minute);
      await world.runFor(72);
      expect(await world.living(), `killed ${when} call ${at}`).toEqual([kept]);
      expect(await world.keyPairs(), `killed ${when} call ${at}`).toHaveLength(1);
    }
  }
});
