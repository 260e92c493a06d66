import { expect, test } from "vitest";
import { misread, operationsToTry, subjects } from "./roundtrip.ts";

test.each(subjects)("every operation of $name comes through both ways, modelled or not", async (subject) => {
  expect(await misread(subject, operationsToTry(subject), 5)).toEqual([]);
});
