import { expect, test } from "vitest";
import { FleetStore } from "../../shared/store/fleet-store.ts";
import { updateHolds } from "../../shared/store/holds.ts";
import { keysOf } from "../../shared/store/keys.ts";
import { resume, suspend } from "../../shared/store/suspension.ts";
import { abandonTeardown, beginTeardown, forgetFleet, readTeardown } from "../../shared/store/teardown.ts";
import { MemoryStore } from "./memory-store.ts";

const suspension = { until: 2_000, reason: "upgrade", by: "ada" };
const request = { by: "bo", at: 5, data: false, approve: ["a1"] };

test("a suspension and a teardown that are written at the same time are both there", async () => {
  const store = new MemoryStore();
  await Promise.all([suspend(store, "acme", suspension, 1_000), beginTeardown(store, "acme", request)]);
  const state = await new FleetStore(store).load("acme");
  expect(state.suspension).toEqual(suspension);
  expect(state.teardown).toMatchObject({ by: "bo", approved: [{ actionId: "a1" }] });
});

test("resume leaves a teardown under way, and giving a teardown up leaves a suspension", async () => {
  const store = new MemoryStore();
  await suspend(store, "acme", suspension, 1_000);
  await beginTeardown(store, "acme", request);
  expect(await resume(store, "acme")).toEqual(suspension);
  expect(await readTeardown(store, "acme")).toMatchObject({ by: "bo" });
  await suspend(store, "acme", suspension, 1_000);
  expect(await abandonTeardown(store, "acme")).toBe(true);
  expect(await abandonTeardown(store, "acme")).toBe(false);
  const state = await new FleetStore(store).load("acme");
  expect(state.suspension).toEqual(suspension);
  expect(state.teardown).toBeUndefined();
});

test("a fleet that is forgotten takes its suspension along, and stays known as destroyed", async () => {
  const store = new MemoryStore();
  await suspend(store, "acme", suspension, 1_000);
  await beginTeardown(store, "acme", request);
  await forgetFleet(store, "acme", () => 9);
  await expect(abandonTeardown(store, "acme")).resolves.toBe(false);
  const state = await new FleetStore(store).load("acme");
  expect(state.suspension).toBeUndefined();
  expect(state.teardown).toMatchObject({ emptiedAt: 9, endedAt: 9, approved: [] });
});

test("holds that can't be read are never taken for none", async () => {
  const store = new MemoryStore();
  await updateHolds(store, "acme", () => ({ suspension }));
  await store.put(keysOf("acme").holds, "{}");
  await expect(new FleetStore(store).load("acme")).rejects.toMatchObject({ code: "CorruptObject" });
  await expect(suspend(store, "acme", suspension, 1_000)).rejects.toMatchObject({ code: "CorruptObject" });
});
