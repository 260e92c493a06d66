import { expect, test } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";
import { withoutWindows } from "../../harness/upgraded-fleet.ts";

const path = "/srv/fleetkeeper/.fleetkeeper-api-token";

test("the token for GitLab's API is made anew three weeks before it ends, on the host, and nobody else sees it", async () => {
  const fleet = await HostFleet.open(true, withoutWindows);
  try {
    await fleet.settle(20);
    const token = async (): Promise<{ value: string; expires: number }> =>
      JSON.parse((await fleet.host()).files.files.text(path) ?? "{}");
    const first = await token();
    const left = () => first.expires * 1000 - fleet.world.clock.now();
    const day = 86_400_000;
    await fleet.world.clock.sleep(left() - 25 * day);
    const early = await fleet.settle(20);
    expect(early.flatMap((record) => actionsOn(record, "runner/api-token"))).toEqual([]);
    expect(await token()).toEqual(first);
    await fleet.world.clock.sleep(left() - 19 * day);
    const records = await fleet.settle(20);
    expect(records.flatMap((record) => actionsOn(record, "runner/api-token"))).toEqual(["update token"]);
    const second = await token();
    expect(second.value).not.toBe(first.value);
    expect(second.expires).toBeGreaterThan(first.expires);
    const calls = JSON.stringify(fleet.world.sandbox.calls.all().map(({ input }) => input));
    for (const { value } of [first, second]) expect(calls).not.toContain(value);
    expect((await fleet.run()).actions).toEqual([]);
  } finally {
    await fleet.close();
  }
});
