import fc from "fast-check";
import { expect, test } from "vitest";
import { backOff } from "../../shared/engine/backoff.ts";
import { Failure, type FailureClass } from "../../shared/engine/failure.ts";
import { defaultLimits } from "../../shared/engine/limits.ts";
import type { FailureStatus } from "../../shared/engine/status.ts";

const failure = (failureClass: FailureClass): Failure =>
  new Failure({ code: "Throttled", class: failureClass, message: "slow down", hint: "wait" });

function afterAttempts(count: number, random: () => number): FailureStatus | undefined {
  let status: FailureStatus | undefined;
  for (let attempt = 0; attempt < count; attempt += 1) {
    status = backOff(status, failure("retry"), 0, random, defaultLimits);
  }
  return status;
}

test("the ceiling doubles with every failure in a row and stops at the cap", () => {
  const ceilings = [1, 2, 3, 4, 20, 2000].map((count) => afterAttempts(count, () => 1)?.notBefore);
  expect(ceilings).toEqual([2_000, 4_000, 8_000, 16_000, 900_000, 900_000]);
});

test("the wait is drawn from all of zero to the ceiling", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, random) => {
      const wait = afterAttempts(count, () => random)?.notBefore ?? Number.NaN;
      const ceiling = afterAttempts(count, () => 1)?.notBefore ?? Number.NaN;
      expect(Math.abs(wait - random * ceiling)).toBeLessThanOrEqual(1);
    }),
  );
});

test("a terminal failure has no next try, an unknown one is met like one that may pass", () => {
  expect(backOff(undefined, failure("terminal"), 5, () => 1, defaultLimits)).toEqual({
    code: "Throttled",
    class: "terminal",
    message: "slow down",
    hint: "wait",
    attempts: 1,
    at: 5,
  });
  expect(backOff(undefined, failure("unknown"), 5, () => 1, defaultLimits).notBefore).toBe(2_005);
});
