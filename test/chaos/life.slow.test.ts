import { expect, test } from "vitest";
import { playLives } from "./life-command.ts";

test.each([1, 2, 3, 4])("60 random lives from seed %i break no property", async (seed) => {
  const { failing } = await playLives({ worlds: 60, seed });
  expect(failing).toBeUndefined();
});
