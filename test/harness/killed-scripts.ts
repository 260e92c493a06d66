import { expect } from "vitest";
import type { HostCommand } from "../../shared/resources/common/host-command.ts";
import type { HostWorld } from "./host-world.ts";

/**
 * Kills a document's script before its 1st, 1 + stride, ... command until it ends before it is killed.
 * @param check is called after each of them @returns how many kills there were
 */
export async function killEverywhere(
  world: HostWorld,
  command: HostCommand,
  check: () => Promise<void>,
  stride: number,
): Promise<number> {
  const { document } = command;
  for (let atCommand = 1, kills = 0; ; atCommand += stride, kills += 1) {
    world.hosts.faults.clear();
    world.hosts.faults.add({ document, effect: { type: "kill", atCommand } });
    const answer = await world.send(command);
    await check();
    if (answer.ok) {
      world.hosts.faults.clear();
      expect(answer.outcome, document).toMatchObject({ state: "done" });
      return kills;
    }
    expect(answer.stdout, `${document} killed at ${atCommand}`).toBe("");
  }
}
