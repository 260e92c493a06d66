import { expect, test } from "vitest";
import { awsServices } from "../../../sandbox/aws.ts";
import { misread, operationsToTry, subjects } from "./roundtrip.ts";

test.each(subjects)("what $name models arrives as the SDK gave it and is read as it was answered", async (subject) => {
  const modelled = awsServices().find((service) => service.name === subject.name)?.operations ?? {};
  const operations = operationsToTry(subject).filter((operation) => Object.hasOwn(modelled, operation.name));
  expect(await misread(subject, operations, 4)).toEqual([]);
});
