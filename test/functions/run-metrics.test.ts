import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { collectionMetrics } from "../../functions/common/collection-metrics.ts";
import { runMetrics } from "../../functions/common/run-metrics.ts";
import { alarmDefinitions } from "../../infra/alarms.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { type ConditionReason, conditionReasons } from "../../shared/engine/condition.ts";
import type { RunRecord } from "../../shared/engine/record.ts";
import type { CollectionSummary } from "../../shared/resources/machines/summary.ts";

const hour = 3_600_000;
const endedAt = 100 * hour;

/** A run that found this condition, which had turned that long before. */
function record(reason: ConditionReason | undefined, since = 0): RunRecord {
  const told = reason === undefined ? undefined : conditionReasons[reason];
  return {
    version: 1,
    fleet: "acme",
    requestId: "r",
    trigger: "schedule",
    force: false,
    epoch: 1,
    startedAt: endedAt - 1000,
    endedAt,
    end: "Ready",
    rounds: 1,
    actions: [],
    held: [],
    unknown: [],
    conditions:
      told === undefined || reason === undefined
        ? []
        : [
            {
              type: told.of,
              status: told.status,
              reason,
              message: "",
              observedGeneration: 1,
              lastTransitionTime: endedAt - since,
            },
          ],
    notes: [],
  };
}

const alarm = (name: string) => alarmDefinitions(settings).find((one) => one.name === name);
const settings = settingsSchema.parse({ account: "123456789012", region: "eu-central-1" });

/** Whether one run's figures sound it, in the very first period. */
function sounds(name: string, figures: ReturnType<typeof runMetrics>): boolean {
  const definition = alarm(name);
  if (definition?.metric.of !== "fleetkeeper" || definition.when !== "above") throw new Error(`no alarm ${name}`);
  return definition.periods === 1 && (figures[definition.metric.name] ?? 0) > definition.threshold;
}

test.each([
  ["backup-overdue", "BackupOverdue", 2 * hour, 7200],
  ["backup-overdue", "BackupOverdue", 0, 1],
  ["certificate-ending", "CertificateEnding", 24 * hour, 86_400],
] as const)("the alarm %s sounds as soon as a run tells %s", (name, reason, since, seconds) => {
  const figures = runMetrics(record(reason, since));
  expect(Object.values(figures)).toContain(seconds);
  expect(sounds(name, figures)).toBe(true);
});

test.each([
  ["backup-overdue", "BackupFresh"],
  ["certificate-ending", "CertificateFresh"],
] as const)("the alarm %s is silent for a fleet that tells %s, or has no such condition", (name, reason) => {
  expect(sounds(name, runMetrics(record(reason, 90 * hour)))).toBe(false);
  const figures = runMetrics(record(undefined));
  expect(sounds(name, figures)).toBe(false);
  expect(figures).not.toHaveProperty("BackupOverdueFor");
});

test("a run that failed as a whole says so, and says nothing of what it hasn't seen: zeros would turn alarms off", () => {
  const failure = { code: "CorruptObject", class: "terminal", message: "status.json is damaged" } as const;
  const figures = runMetrics({ ...record(undefined), end: "Failed", failure });
  expect(figures).toEqual({ Completed: 0, RunsFailed: 1, Ready: 0, Duration: 1000 });
  expect(alarm("runs-failing")).toMatchObject({ metric: { name: "RunsFailed" }, when: "above", threshold: 0 });
  // It failed when it gave its lease back: what it saw counts.
  const seen = runMetrics({ ...record("BackupOverdue", 2 * hour), end: "Failed", failure });
  expect(seen).toMatchObject({ Completed: 0, RunsFailed: 1, BackupOverdueFor: 7200 });
});

test("what is told once a tick is looked for in periods that are no shorter, and silence is never one missed tick", () => {
  const slow = alarmDefinitions(
    settingsSchema.parse({ account: "123456789012", region: "eu-central-1", tickMinutes: 60 }),
  );
  const ours = slow.filter(({ metric }) => metric.of === "fleetkeeper");
  expect(new Set(ours.map(({ minutes }) => minutes))).toEqual(new Set([60]));
  expect(slow.find(({ name }) => name === "no-success")).toMatchObject({ periods: 2, minutes: 60 });
  expect(alarm("no-success")).toMatchObject({ periods: 6, minutes: 5 });
});

test("docs/costs.md counts the metrics and alarms that there are", async () => {
  const { BackupOverdueFor, CertificateEndingFor } = {
    ...runMetrics(record("BackupOverdue")),
    ...runMetrics(record("CertificateEnding")),
  };
  const looked = collectionMetrics({
    at: 1,
    machines: {},
    leftovers: 0,
    oldestMark: 0,
    unknownTooLong: 0,
  } as CollectionSummary);
  const ofRun = { ...runMetrics(record(undefined)), BackupOverdueFor, CertificateEndingFor, ...looked };
  const fleet = Object.keys(ofRun).length + ["Calls", "Throttled"].length;
  const costs = await readFile("docs/costs.md", "utf8");
  const more = ["Swept", "Deleted", "DeletionsFailed"].length;
  expect(costs).toContain(
    `| ${fleet + 1} over all fleets and ${fleet} a fleet (${fleet + more} with orphans), at 0.30 | ${((2 * fleet + 1) * 0.3).toFixed(2)} |`,
  );
  const alarms = alarmDefinitions(settings).length;
  expect(costs).toContain(`| ${alarms}, at 0.10 | ${(alarms / 10).toFixed(2)} |`);
});

test("a run that found the fleet busy tells of neither, so nothing turns an alarm off that it hasn't looked at", () => {
  expect(runMetrics({ ...record("BackupOverdue"), end: "Busy" })).toEqual({ Busy: 1, Duration: 1000 });
});
