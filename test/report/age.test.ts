import { expect, test } from "vitest";
import { age, instant } from "../../shared/report/age.ts";

test.each([
  [0, "0s"],
  [59_999, "59s"],
  [190_000, "3m10s"],
  [3_600_000, "1h"],
  [187_200_000, "2d4h"],
  [-5, "0s"],
])("%d ms is shown as %s", (milliseconds, text) => {
  expect(age(milliseconds)).toBe(text);
});

test("instants are in UTC, to the second", () => {
  expect(instant(Date.UTC(2026, 10, 24, 3, 10, 0, 999))).toBe("2026-11-24 03:10:00Z");
});
