import { describe, expect, test } from "vitest";
import { fleetKinds } from "../../shared/reconciler/kinds.ts";
import { fleetOf } from "./sample-fleet.ts";
import { cloud } from "./world.ts";

describe("the three kinds on the embedded AWS", () => {
  test("make the sample fleet from nothing, and the next look finds nothing to do", async () => {
    const world = cloud();
    const fleet = fleetOf();
    const done = await world.converge(fleet);
    expect(done.map((action) => `${action.verb} ${action.target.kind}/${action.target.name}`).sort()).toEqual([
      "create cache-bucket/acme-gitlab-cache",
      "create iam/profile/host",
      "create iam/profile/machine",
      "create iam/role/host",
      "create iam/role/machine",
      "create network/group/egress",
      "create network/group/host",
      "create network/group/machine",
      "create network/rules/egress",
      "create network/rules/host",
      "create network/rules/machine",
    ]);
    expect(await world.plan(fleet)).toEqual({ actions: [], unknown: [] });
  });

  test("look at a fleet that is as declared by 20 calls that wait for no other", async () => {
    const world = cloud();
    const fleet = fleetOf();
    await world.converge(fleet);
    world.sandbox.calls.clear();
    world.sandbox.latency = 100;
    const before = world.sandbox.clock.now();
    await world.plan(fleet);
    expect(world.sandbox.clock.now() - before).toBe(100);
    expect(world.sandbox.calls.all()).toHaveLength(20);
  });

  test("everything that can be tagged is made with its mark in the create call", async () => {
    const world = cloud();
    await world.converge(fleetOf());
    const creates = world.sandbox.calls.all().filter((call) => call.operation.startsWith("Create"));
    expect(creates).toHaveLength(8);
    for (const { input } of creates) expect(JSON.stringify(input)).toContain('"fleetkeeper:fleet"');
    const tagging = world.sandbox.calls.all().filter((call) => /Tag/.test(call.operation) && call.access === "write");
    expect(tagging).toEqual([]);
  });
});

test("the same file wants the same of AWS as it did under earlier versions, or an upgrade would change every fleet", async () => {
  const kinds = fleetKinds({ bucket: "acme-state" }).filter(({ kind }) =>
    ["iam", "network", "cache-bucket"].includes(kind),
  );
  const wanted = kinds.map((kind) => [kind.kind, Object.fromEntries(kind.desired(fleetOf()))]);
  const text = `${JSON.stringify(Object.fromEntries(wanted), null, 2)}\n`;
  // A difference here is a plan for every user: accept it (vitest -u) only where that is meant, and say so in the changelog.
  await expect(text).toMatchFileSnapshot("wanted.snapshot");
});
