import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { fleetDigest, parseFleet } from "../../shared/desired/fleet.ts";
import { type JsonSchema, jsonSchema } from "../../shared/desired/json-schema.ts";
import type { JsonObject } from "../../shared/engine/json.ts";
import { fleetOf, host, sample, small } from "./sample.ts";

for (const name of ["acme", "minimal"] as const) {
  test(`the ${name} sample is valid and warns of nothing`, () => {
    expect(parseFleet(sample(name), name)).toMatchObject({ ok: true, warnings: [] });
  });
}

test("defaults are the safe ones", () => {
  expect(fleetOf(sample("minimal")).spec).toMatchObject({
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

test("a host's defaults are the safe ones", () => {
  expect(fleetOf(small({ host: host() })).spec.host).toMatchObject({
    amiUpdates: "Report",
    rootVolume: { encrypted: true },
    dataVolume: { encrypted: true, deletionPolicy: "Retain" },
    publicAddress: { type: "None" },
    terminationProtection: true,
    registry: { enabled: false },
    monitoring: { prometheus: { enabled: true }, grafana: { enabled: false } },
    backups: { deletionPolicy: "Retain", prefix: "gitlab/", encryption: { type: "SSE-S3" } },
  });
});

test("a DNS record without a name has the external URL's", () => {
  const fleet = fleetOf(small({ host: host("dns: { zoneId: Z0123456789ABC }") }));
  expect(fleet.spec.host?.dns).toEqual({ zoneId: "Z0123456789ABC", name: "gitlab.example.com", ttlSeconds: 60 });
});

test("a section that isn't in the file is absent, not undefined", () => {
  const { spec } = fleetOf(sample("minimal"));
  expect(Object.keys(spec)).not.toContain("host");
  expect(Object.keys(spec)).not.toContain("suspend");
});

test("times come as epoch milliseconds, durations as milliseconds", () => {
  const { spec } = fleetOf(
    small({
      suspend: "{ until: 2026-12-01T06:00:00+01:00, reason: moving }",
      garbageCollection: "{ gracePeriod: 1h30m }",
    }),
  );
  expect(spec.suspend?.until).toBe(Date.parse("2026-12-01T05:00:00Z"));
  expect(spec.garbageCollection.gracePeriod).toBe(5_400_000);
});

test("spelling every default out doesn't change what a file means", () => {
  const root = jsonSchema();
  for (const name of ["acme", "minimal"] as const) {
    const spelled = spellOut(parse(sample(name)), root);
    expect(JSON.stringify(spelled).length).toBeGreaterThan(JSON.stringify(parse(sample(name))).length);
    expect(fleetDigest(fleetOf(JSON.stringify(spelled)))).toBe(fleetDigest(fleetOf(sample(name))));
  }
});

test("equal durations and reordered keys mean the same", () => {
  const one = small({ garbageCollection: "{ gracePeriod: 60m, mode: collect }" });
  const other = small({ garbageCollection: "{ mode: collect, gracePeriod: 1h }" });
  expect(fleetDigest(fleetOf(one))).toBe(fleetDigest(fleetOf(other)));
});

test("a changed value changes what a file means", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3650 }), fc.integer({ min: 1, max: 3650 }), (a, b) => {
      const digestOf = (days: number) =>
        fleetDigest(fleetOf(small({ cache: `{ bucket: acme-cache, expiry: { days: ${days} } }` })));
      expect(digestOf(a) === digestOf(b)).toBe(a === b);
    }),
    { numRuns: 25 },
  );
});

/** The data with every default of the schema written into it, at every level. */
function spellOut(data: unknown, node: JsonSchema): unknown {
  if (Array.isArray(data)) return data.map((item) => spellOut(item, node.items ?? {}));
  if (typeof data !== "object" || data === null) return data;
  const variants = [...(node.oneOf ?? []), ...(node.anyOf ?? [])];
  const entries = data as JsonObject;
  const meant =
    variants.length === 0
      ? node
      : (variants.find((one) => one.required?.every((key) => key in entries && agrees(one, key, entries))) ?? {});
  const filled: Record<string, unknown> = { ...entries };
  for (const [key, child] of Object.entries(meant.properties ?? {})) {
    if (key in entries) filled[key] = spellOut(entries[key], child);
    else if (child.default !== undefined) filled[key] = spellOut(child.default, child);
  }
  return filled;
}

function agrees(node: JsonSchema, key: string, data: JsonObject): boolean {
  const constant = node.properties?.[key]?.const;
  return constant === undefined || constant === data[key];
}
