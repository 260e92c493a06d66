import { expect, test } from "vitest";
import { runMetrics } from "../../functions/common/run-metrics.ts";
import { alarmDefinitions } from "../../infra/alarms.ts";
import { settingsSchema } from "../../infra/settings.ts";
import { type ConditionReason, conditionReasons } from "../../shared/engine/condition.ts";
import type { RunRecord } from "../../shared/engine/record.ts";

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

test("a run that found the fleet busy tells of neither, so nothing turns an alarm off that it hasn't looked at", () => {
  expect(runMetrics({ ...record("BackupOverdue"), end: "Busy" })).toEqual({ Busy: 1, Duration: 1000 });
});
