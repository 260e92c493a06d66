import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalCidr, cidrContains, parseCidr } from "../../shared/desired/cidr.ts";
import { formatDuration, parseDuration } from "../../shared/desired/duration.ts";
import { groupName, iamPath, roleName, secretPath } from "../../shared/desired/names.ts";
import { editDistance, suggest } from "../../shared/desired/suggest.ts";

const anyCidr = fc
  .tuple(fc.nat({ max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, bits]) => ({ address, bits }));

test("a canonical CIDR reads back as itself, and holds what it was made of", () => {
  fc.assert(
    fc.property(anyCidr, (block) => {
      const canonical = parseCidr(canonicalCidr(block));
      expect(canonical).toBeDefined();
      if (canonical === undefined) return;
      expect(canonicalCidr(canonical)).toBe(canonicalCidr(block));
      expect(cidrContains(canonical, { address: block.address, bits: 32 })).toBe(true);
    }),
  );
});

test("a CIDR with a leading zero, an octet over 255 or a prefix over 32 is none", () => {
  for (const text of ["010.0.0.0/8", "10.0.0.256/8", "10.0.0.0/33", "10.0.0.0", "10.0.0/8", "::/0"]) {
    expect(parseCidr(text), text).toBeUndefined();
  }
});

test("durations are written and read back", () => {
  expect(parseDuration("1h30m")).toBe(5_400_000);
  expect(formatDuration(5_400_000)).toBe("1h30m");
  for (const text of ["", "15", "m", "30m1h", "1.5h", "-1h", "1w", "1h 30m"])
    expect(parseDuration(text), text).toBeUndefined();
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 8 }), (seconds) => {
      expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test("a suggestion is never far off", () => {
  expect(suggest("regoin", ["region", "mode"])).toBe("region");
  expect(suggest("xyzzy", ["region", "mode"])).toBeUndefined();
  expect(suggest("", ["region"])).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, a)).toBe(0);
    }),
  );
});

test("names of the longest fleet stay within AWS's limits", () => {
  const fleet = "a".repeat(31);
  for (const of of ["host", "machine"] as const) expect(roleName(fleet, of).length).toBeLessThanOrEqual(64);
  for (const of of ["host", "machine", "egress"] as const) expect(groupName(fleet, of).length).toBeLessThanOrEqual(255);
  expect(iamPath(fleet).length).toBeLessThanOrEqual(512);
  expect(secretPath("acme", "smtp-password")).toBe("/fleetkeeper/acme/secrets/smtp-password");
});
