import { expect, test } from "vitest";
import { ModelWorld, sampleFleet } from "./model-world.ts";
import { RoundTrips } from "./round-trips.ts";

test("an idle run costs the lease, one load, one look and one farewell in round trips", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  await world.run();
  const trips = new RoundTrips();
  const { calls } = await world.run({ turn: trips.turn });
  expect(trips.count).toBe(4);
  expect(calls).toHaveLength(1 + 1 + 4 + 2);
});

test("making a fleet costs a check and the calls of each link of the longest chain, and little around it", async () => {
  const world = new ModelWorld();
  world.push(sampleFleet);
  const trips = new RoundTrips();
  await world.run({ turn: trips.turn });
  const chain = 3 * (1 + 2);
  const around = ["lease", "load", "look", "look again", "status and history", "heartbeat and release"].length;
  expect(trips.count).toBe(chain + around);
});
