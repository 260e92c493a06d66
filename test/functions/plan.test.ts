import { expect, test } from "vitest";
import { sampleFile } from "../harness/fleet-world.ts";
import { FunctionWorld } from "./function-world.ts";

test("a candidate is planned as if it were in force, in every form, and nothing is written", async () => {
  const world = await FunctionWorld.open();
  await world.push("acme", await sampleFile("cloud"));
  await world.call("reconcile", { fleet: "acme" });
  world.sandbox.calls.clear();
  const file = (await sampleFile("cloud")).replace("203.0.113.0/24", "203.0.113.0/25");
  const answer = await world.call("plan", { fleet: "acme", file, commit: "0a1b2c3" });
  expect(answer).toMatchObject({
    version: 1,
    fleet: "acme",
    problems: [],
    accepted: { reason: "RevisionValid" },
    plan: { fleet: "acme", actions: expect.arrayContaining([expect.objectContaining({ kind: "network" })]) },
    markdown: expect.stringMatching(/^<!-- fleetkeeper plan acme -->/),
    text: expect.stringContaining("203.0.113.0/25"),
  });
  expect(world.sandbox.calls.writes().map(({ operation }) => operation)).toEqual(["AssumeRole"]);
});

test("without a file what is in force is planned", async () => {
  const world = await FunctionWorld.open();
  await world.push("acme", await sampleFile("cloud"));
  await world.call("reconcile", { fleet: "acme" });
  expect(await world.call("plan", {})).toMatchObject({ fleet: "acme", plan: { actions: [] } });
});

test("a bad file is answered with its problems, where they are, and no plan", async () => {
  const world = await FunctionWorld.open();
  const file = (await sampleFile("cloud")).replace("mode: Enforce", "mode: Enforced");
  expect(await world.call("plan", { fleet: "acme", file })).toMatchObject({
    plan: null,
    accepted: { reason: "RevisionInvalid" },
    problems: [expect.stringMatching(/acme\.fleet\.yaml:\d+:\d+/)],
    markdown: expect.stringMatching(/^<!-- fleetkeeper plan acme -->[\s\S]*acme\.fleet\.yaml:\d+/),
  });
});

test("a file of another fleet is refused by its name", async () => {
  const world = await FunctionWorld.open();
  const answer = await world.call("plan", { fleet: "tiny", file: await sampleFile("cloud") });
  expect(answer).toMatchObject({ plan: null, problems: [expect.stringContaining("acme")] });
});
