import fc from "fast-check";
import { expect, test } from "vitest";
import { collectRequest } from "../../functions/collect/request.ts";
import { dispatchEvent, wantedBy } from "../../functions/dispatch/event.ts";
import { planRequest } from "../../functions/plan/request.ts";
import { reconcileRequest } from "../../functions/reconcile/request.ts";
import { fleetNameShape } from "../../shared/desired/names.ts";
import { notification, objectCreated, tick } from "../functions/events.ts";
import { nearly } from "./nearly.ts";

const asked = { fleet: "acme", force: true, only: ["iam"], requestId: "r", by: "jo", trigger: "requeue" };
const letters = { Records: [{ eventSource: "aws:sqs", body: JSON.stringify(asked) }] };
const real = [
  tick(),
  objectCreated("fleets/acme/desired.yaml"),
  notification(["fleets/acme/desired.yaml"]),
  letters,
  asked,
];
const event = fc.oneof(fc.jsonValue(), ...real.map(nearly));

test("whatever dispatch is sent concerns fleets by their names, or is told to be nothing of ours", () => {
  let taken = 0;
  fc.assert(
    fc.property(event, (value) => {
      const parsed = dispatchEvent.safeParse(value);
      if (!parsed.success) {
        expect(parsed.error.issues.length).toBeGreaterThan(0);
        return;
      }
      taken += 1;
      const { fleets, request, ignored } = wantedBy(parsed.data, "fleetkeeper-state-123456789012-eu-central-1");
      for (const fleet of fleets ?? []) expect(typeof fleet).toBe("string");
      expect(["schedule", "push", "manual", "requeue"]).toContain(request.trigger);
      for (const why of ignored) expect(why).not.toBe("");
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test.each([
  ["reconcile", reconcileRequest, asked],
  ["plan", planRequest, { fleet: "acme" }],
  ["collect", collectRequest, { fleet: "acme", requestId: "r", by: "jo" }],
] as const)("whatever %s is sent names one fleet rightly, or is refused", (_, request, sample) => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), nearly(sample)), (value) => {
      const parsed = request.safeParse(value);
      if (parsed.success && parsed.data.fleet !== undefined) expect(parsed.data.fleet).toMatch(fleetNameShape);
    }),
    { numRuns: 1_000 },
  );
});

test("collect, which deletes, takes nothing beside a fleet, a request's id and who asks", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), nearly({ fleet: "acme", requestId: "r", by: "jo" })), (value) => {
      const parsed = collectRequest.safeParse(value);
      if (!parsed.success) return;
      expect(Object.keys(Object(value)).filter((key) => !["fleet", "requestId", "by"].includes(key))).toEqual([]);
      for (const text of [parsed.data.requestId, parsed.data.by])
        expect(["string", "undefined"]).toContain(typeof text);
    }),
    { numRuns: 1_000 },
  );
});
