import fc from "fast-check";
import { expect, test } from "vitest";
import { Failure } from "../../shared/engine/failure.ts";
import { ledgerFormat } from "../../shared/resources/machines/ledger.ts";
import { sweepRecordFormat } from "../../shared/resources/machines/sweep-record.ts";
import { decode, type Format } from "../../shared/store/format.ts";
import * as formats from "../../shared/store/formats.ts";
import { leaseFormat } from "../../shared/store/lease-format.ts";
import { readRevision } from "../../shared/store/revision-object.ts";
import { peopleClients } from "../chaos/clients.ts";
import { FleetWorld, sampleFile, stateBucket } from "../harness/fleet-world.ts";
import { planOf, recordOf, statusOf } from "../store/sample-state.ts";
import { foreignText, nearly } from "./nearly.ts";

const all: readonly (readonly [Format<unknown>, unknown])[] = [
  [leaseFormat as Format<unknown>, { epoch: 3, incarnation: "i", holder: "h", id: "x", expiresAt: 1, notes: [] }],
  [formats.statusFormat as Format<unknown>, statusOf(3)],
  [formats.planFormat as Format<unknown>, planOf(3)],
  [formats.recordFormat as Format<unknown>, recordOf(3)],
  [formats.holdsFormat as Format<unknown>, { suspension: { until: 1, reason: "r", by: "jo" } }],
  [formats.approvalsFormat as Format<unknown>, { approvals: [{ id: "0123456789ab", by: "jo", at: 1 }] }],
  [formats.heartbeatFormat as Format<unknown>, { epoch: 3, at: 1 }],
  [formats.holdsFormat as Format<unknown>, { teardown: { by: "jo", at: 1, data: false, approved: [] } }],
  [
    ledgerFormat as Format<unknown>,
    { fleet: "acme", marks: {}, managers: {}, approvals: {}, fuse: { state: "closed" } },
  ],
  [sweepRecordFormat as Format<unknown>, { fleet: "acme", deletions: [] }],
];

test.each(all.map(([format, sample]) => [format.name, format, sample] as const))(
  "whatever stands where a %s belongs is read or refused with its key, and never taken for nothing",
  (_, format, sample) => {
    const body = foreignText({ format: format.name, version: format.version, data: sample });
    fc.assert(
      fc.property(body, (text) => {
        try {
          expect(decode(format, { key: "fleets/acme/x.json", body: text, etag: "e", metadata: {} })).toBeDefined();
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          expect(["CorruptObject", "NewerFormat"]).toContain(error.code);
          expect(error.message).toContain("fleets/acme/x.json");
        }
      }),
      { numRuns: 300 },
    );
  },
);

test("whatever metadata a pushed file carries, it is a revision or a reason", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.integer().map(String));
  const metadata = fc.dictionary(fc.constantFrom("sequence", "commit", "fleetkeeper-sequence", "pushed-at", "x"), text);
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), metadata, (body, meta) => {
      try {
        expect(readRevision({ key: "fleets/acme/desired.yaml", body, etag: "e", metadata: meta })).toBeDefined();
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});

test("a run that meets a damaged object ends with a reason, and deletes nothing", async () => {
  const world = await FleetWorld.open();
  const first = await world.reconciler();
  await world.push(first, "acme", await sampleFile("cloud", "acme"), 1);
  expect((await world.run(first, "acme")).end).toBe("Ready");
  const { s3 } = peopleClients(world);
  const listed = await s3.listObjectsV2({ Bucket: stateBucket, Prefix: "fleets/acme/" });
  const keys = (listed.Contents ?? []).flatMap(({ Key }) => (Key?.endsWith(".json") ? [Key] : []));
  expect(keys.length).toBeGreaterThan(3);
  const bodies = new Map<string, string>();
  for (const Key of keys) {
    const { Body } = await s3.getObject({ Bucket: stateBucket, Key });
    bodies.set(Key, (await Body?.transformToString()) ?? "");
  }
  const damage = fc.constantFrom(...keys).chain((key) =>
    nearly(JSON.parse(bodies.get(key) ?? "{}") as unknown).map((value) => ({
      key,
      body: JSON.stringify(value) ?? "",
    })),
  );
  await fc.assert(
    fc.asyncProperty(damage, async ({ key, body }) => {
      await s3.putObject({ Bucket: stateBucket, Key: key, Body: body });
      world.sandbox.calls.clear();
      // Longer than any lease.
      await world.clock.sleep(3_600_000);
      try {
        const record = await world.run(await world.reconciler(), "acme", { force: true });
        expect(record.end).not.toBe("Crashed");
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect(error.message).not.toBe("");
      } finally {
        for (const [Key, Body] of bodies) await s3.putObject({ Bucket: stateBucket, Key, Body });
      }
      const deletes = world.sandbox.calls
        .writes()
        .filter(({ operation, service }) => service !== "s3" && /^(Delete|Terminate)/.test(operation));
      expect(deletes.map(({ operation }) => operation)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
