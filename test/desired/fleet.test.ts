import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseFleet } from "../../shared/desired/fleet.ts";

for (const sample of ["acme", "minimal"]) {
  test(`the ${sample} sample is valid`, () => {
    const file = `desired-state/${sample}.fleet.yaml`;
    expect(parseFleet(readFileSync(file, "utf8"), file)).toMatchObject({ ok: true, warnings: [] });
  });
}

test("defaults are the safe ones", () => {
  const parsed = parseFleet(readFileSync("desired-state/minimal.fleet.yaml", "utf8"), "minimal.fleet.yaml");
  expect(parsed.ok && parsed.fleet.spec).toMatchObject({
    tags: {},
    iam: { hostRole: { name: "tiny-host", adopt: false }, machineRole: { name: "tiny-machine", adopt: false } },
    network: { adopt: false },
    cache: {
      adopt: false,
      prefix: "runner/",
      expiry: { enabled: true, days: 14 },
      encryption: { type: "SSE-S3" },
      deletionPolicy: "Retain",
    },
    garbageCollection: { mode: "report", gracePeriod: 900_000, perRunMaximum: 10, fuse: { count: 5, share: 0.5 } },
    maintenance: { timeZone: "UTC", windows: [] },
    notifications: { topics: [] },
  });
});
