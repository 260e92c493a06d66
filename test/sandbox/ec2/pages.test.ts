import { expect, test } from "vitest";
import { page } from "../../../sandbox/services/ec2/pages.ts";

const limits = { min: 5, max: 1000 };
const items = ["c", "a", "b", "e", "d", "f"];
const pageOf = (MaxResults?: number, NextToken?: string) =>
  page(items, (item) => item, { ...(MaxResults === undefined ? {} : { MaxResults }), NextToken }, limits);

test("pages follow one another without a gap", () => {
  const first = pageOf(5);
  expect(first.items.join("")).toBe("abcde");
  expect(pageOf(5, first.NextToken)).toEqual({ items: ["f"] });
});

test("an empty token is the beginning, as programs that loop from it expect of EC2", () => {
  expect(pageOf(undefined, "").items).toHaveLength(6);
});

test("another token than one that was given out is refused", () => {
  expect(() => pageOf(undefined, "nonsense")).toThrow("The specified token is invalid");
});
