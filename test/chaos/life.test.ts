import { expect, test } from "vitest";
import { playLives } from "./life-command.ts";
import { play } from "./play.ts";
import { regressions } from "./regressions.ts";

test("random lives of a fleet, with faults, crashes, two reconcilers and meddling people, break no property", async () => {
  const { failing } = await playLives({ worlds: 6, seed: 20261124 });
  expect(failing).toBeUndefined();
});

test.each(regressions.map(({ why, history }) => [why, history] as const))("stays mended: %s", async (_, history) => {
  expect((await play(history)).violations).toEqual([]);
});
