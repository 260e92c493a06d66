import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys, pageOf } from "../../../sandbox/services/s3/page.ts";

test("keys are in the order of their UTF-8 bytes", () => {
  const key = fc.string({ unit: "binary", maxLength: 4 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
      expect(Math.sign(compareKeys(a, b))).toBe(bytes);
    }),
    { numRuns: 500 },
  );
});

test("pages together hold everything once, whatever their size", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 20 }), fc.integer({ min: 1, max: 7 }), (names, size) => {
      const sorted = [...names].sort(compareKeys);
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = pageOf(sorted, (name) => name, size, token);
        seen.push(...page.items);
        token = page.next;
      } while (token !== undefined);
      expect(seen).toEqual(sorted);
    }),
  );
});
