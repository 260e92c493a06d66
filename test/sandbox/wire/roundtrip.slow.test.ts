import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { awsServices } from "../../../sandbox/aws.ts";
import { misread, operationsToTry, subjects } from "./roundtrip.ts";

test.each(subjects)("every operation of $name comes through both ways, modelled or not", async (subject) => {
  expect(await misread(subject, operationsToTry(subject), 5)).toEqual([]);
});

test("docs/numbers.md says how many operations of each service come through, and which are left out", async () => {
  const text = await readFile("docs/numbers.md", "utf8");
  for (const subject of subjects) {
    const modelled = awsServices().find((service) => service.name === subject.name)?.operations ?? {};
    const tried = operationsToTry(subject);
    const ours = tried.filter(({ name }) => Object.hasOwn(modelled, name)).length;
    const left = Object.keys(subject.except).join(", ") || "none";
    expect(text).toContain(`| ${subject.name} | ${tried.length} | ${ours} | 0 | ${left} |`);
  }
});
