import { expect, test } from "vitest";
import { TypedFleet } from "../harness/typed-fleet.ts";

test("a whole fleet ends in order, from its runners to its roles, and GitLab's data is retained", async () => {
  await using typed = await TypedFleet.open();
  const { fleet } = typed;
  const volume = await fleet.dataVolume();
  const planned = await typed.type("destroy");
  expect(planned.exit).toBe(2);
  expect(planned.stdout).toContain("host/instance\n  - delete destructive");
  const destroyed = await typed.type("destroy --confirm acme");
  expect(destroyed.exit).toBe(0);
  expect(destroyed.stdout).toContain(volume.VolumeId);
  expect(destroyed.stdout).toContain("nothing else is left");
  expect((await fleet.dataVolume()).State).toBe("available");
  expect(fleet.world.hosts?.gitlab.state.runners).toEqual([]);
});
