import { describe, expect, test } from "vitest";
import { drifts } from "./drifts.ts";
import { fleetOf } from "./sample-fleet.ts";
import { cloud } from "./world.ts";

describe("drift that a person causes is found, named and healed", () => {
  test.for(drifts)("$what", async ({ cause, found }) => {
    const world = cloud();
    const fleet = fleetOf();
    await world.converge(fleet);
    await cause(world.person);
    const { actions, unknown } = await world.plan(fleet);
    expect(unknown).toEqual([]);
    const named = actions.flatMap(({ target, changes }) =>
      changes.map((change) => `${target.kind}/${target.name} ${change.path}`),
    );
    expect(named.sort()).toEqual([...found].sort());
    expect(actions.every((action) => action.risk === "safe")).toBe(true);
    await world.converge(fleet);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
  });
});
