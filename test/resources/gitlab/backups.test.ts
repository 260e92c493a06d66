import { describe, expect, test } from "vitest";
import { backupId, isWhole, readManifest } from "../../../shared/resources/gitlab/backup-manifest.ts";
import { backupState, lastDue } from "../../../shared/resources/gitlab/backup-schedule.ts";
import {
  type RestoreQuestion,
  restoreRefusals,
  restoreRefusalText,
} from "../../../shared/resources/gitlab/restore-check.ts";
import { manifest } from "./manifests.ts";

const at = (text: string) => Date.parse(text);
const hour = 3_600_000;

describe("schedule", () => {
  test.each([
    ["30 1 * * *", "Europe/Berlin", "2026-11-24T12:00:00Z", "2026-11-24T00:30:00Z"],
    ["30 1 * * *", "UTC", "2026-11-24T01:29:59Z", "2026-11-23T01:30:00Z"],
    ["0 3 * * sun", "UTC", "2026-11-24T12:00:00Z", "2026-11-22T03:00:00Z"],
    ["0 0 29 2 *", "UTC", "2026-11-24T12:00:00Z", "2024-02-29T00:00:00Z"],
    // In spring 02:30 never comes in Berlin; in autumn it comes twice and counts once.
    ["30 2 * * *", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z"],
    ["30 2 * * *", "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z"],
  ])("%s in %s was due last at the right instant", (schedule, zone, now, due) => {
    expect(new Date(lastDue(schedule, zone, at(now)) ?? 0).toISOString()).toBe(new Date(due).toISOString());
  });

  test("is due until a backup is made, and again at the next time", () => {
    const wanted = { schedule: "30 1 * * *", maxAge: 26 * hour };
    const made = manifest(at("2026-11-24T01:31:00Z"));
    const state = (now: string, ...all: (typeof made)[]) => backupState(all, wanted, "UTC", at(now));
    expect(state("2026-11-24T01:30:30Z").dueSince).toBe(at("2026-11-24T01:30:00Z"));
    expect(state("2026-11-24T05:00:00Z", made).dueSince).toBeUndefined();
    expect(state("2026-11-25T01:30:00Z", made).dueSince).toBe(at("2026-11-25T01:30:00Z"));
  });

  test("a backup that can't bring GitLab back doesn't count, however new", () => {
    const wanted = { schedule: "30 1 * * *", maxAge: 26 * hour };
    const now = at("2026-11-24T12:00:00Z");
    const useless = [manifest(now - hour, { secretsFile: false }), manifest(now - hour, { skipped: ["db"] })];
    expect(backupState(useless, wanted, "UTC", now)).toMatchObject({ newestAt: undefined, tooOld: true });
    expect(backupState([manifest(now - 27 * hour)], wanted, "UTC", now).tooOld).toBe(true);
    expect(backupState([manifest(now - 25 * hour, { skipped: ["artifacts"] })], wanted, "UTC", now).tooOld).toBe(false);
  });

  test("a GitLab that has just come to be misses nothing", () => {
    const now = at("2026-11-24T12:00:00Z");
    const state = backupState([], { schedule: "30 1 * * *", maxAge: 26 * hour }, "UTC", now, now - hour);
    expect(state).toEqual({ newestAt: undefined, dueSince: undefined, tooOld: false });
  });
});

test("a manifest is read whole or not at all", () => {
  const good = manifest(at("2026-11-24T01:30:00Z"));
  expect(readManifest(JSON.stringify(good))).toEqual(good);
  expect(good.id).toBe(backupId(good.createdAt, "scheduled"));
  expect(readManifest(JSON.stringify(good).slice(0, -20))).toEqual({ why: "its manifest isn't JSON" });
  expect(readManifest(JSON.stringify({ ...good, version: 2 }))).toMatchObject({
    why: expect.stringContaining("version"),
  });
  expect(readManifest(JSON.stringify({ ...good, id: "../../x" }))).toMatchObject({
    why: expect.stringContaining("id"),
  });
});

describe("restore", () => {
  const good = manifest(at("2026-11-24T01:30:00Z"));
  const question: RestoreQuestion = {
    manifest: good,
    found: { data: { sizeBytes: 1000 }, configuration: { sizeBytes: 1000, sha256: "b".repeat(64) } },
    target: { version: "18.2.8", edition: "ee", fresh: true },
    fleet: "acme",
  };

  test("of a whole backup onto a fresh host of its version and edition may begin", () => {
    expect(isWhole(good)).toBe(true);
    expect(restoreRefusals(question)).toEqual([]);
  });

  test.each<[string, Partial<RestoreQuestion>, string]>([
    ["truncated", { found: { ...question.found, data: { sizeBytes: 999 } } }, "data has 999 of 1000 bytes"],
    [
      "without one of its parts",
      { found: { ...question.found, configuration: undefined } },
      "configuration is not in the bucket",
    ],
    [
      "altered",
      { found: { ...question.found, data: { sizeBytes: 1000, sha256: "c".repeat(64) } } },
      "isn't what was uploaded",
    ],
    ["without the secrets file", { manifest: { ...good, secretsFile: false } }, "has no gitlab-secrets.json"],
    ["made without the database", { manifest: { ...good, skipped: ["db"] } }, "made without db"],
    ["of another version", { target: { ...question.target, version: "18.5.7" } }, "of GitLab 18.2.8 and 18.5.7 runs"],
    ["of another edition", { target: { ...question.target, edition: "ce" } }, "of edition ee and ce runs"],
    ["of another fleet", { fleet: "acme-eu" }, "of fleet acme"],
    ["into a GitLab that is in use", { target: { ...question.target, fresh: false } }, "would wipe out"],
  ])("of a backup %s is refused", (_what, more, message) => {
    const refusals = restoreRefusals({ ...question, ...more });
    expect(refusals.map(restoreRefusalText)).toEqual([expect.stringContaining(message)]);
  });
});
