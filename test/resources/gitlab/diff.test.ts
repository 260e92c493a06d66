import { expect, test } from "vitest";
import type { BackupsWanted, VersionDesired } from "../../../shared/resources/gitlab/desired.ts";
import { diffBackups, diffRetention, diffVersion } from "../../../shared/resources/gitlab/diff.ts";
import type { UpgradeCheck, VersionState } from "../../../shared/resources/gitlab/state.ts";
import { upgradePhase } from "../../../shared/resources/gitlab/upgrade-phase.ts";

const target = { kind: "gitlab", name: "version" };
const service = { kind: "stack", name: "service/gitlab" };
const bucket = { kind: "backup-bucket", name: "acme-backups" };
const backups: BackupsWanted = {
  ...{ place: { bucket: "acme-backups", prefix: "gitlab/", fleet: "acme" }, retention: { days: 30, minimum: 3 } },
  ...{ snapshots: true, skip: [], schedule: "30 1 * * *", timeZone: "UTC", maxAge: 26 * 3_600_000 },
};
const desired: VersionDesired = {
  type: "version",
  wanted: {
    ...{ version: "19.5.3", edition: "ee", upgradePath: [], omnibus: {}, omnibusSecrets: {}, backups: true },
  },
  backups,
};
const image = "gitlab/gitlab-ee:19.5.3-ee.0";
const check: UpgradeCheck = { postgresql: 17, unfinished: 0, failed: 0, names: [], pulled: [image], busy: false };
const state: VersionState = {
  ...{ type: "version", running: "19.2.7", edition: "ee", ready: true, restoring: false, check },
  ...{ backup: "20261124T120000Z-upgrade", snapshot: true },
};
const step = { kind: "version", from: "19.2.7", to: "19.5.3", edition: "ee" };
const phase = (fields: Partial<VersionState>, asked: Partial<UpgradeCheck> = {}, wanted = desired) =>
  upgradePhase({ ...state, check: { ...check, ...asked }, ...fields }, wanted);

test("an upgrade does one thing at a time: it pulls, backs up, waits for the snapshot, steps", () => {
  expect(phase({}, { pulled: [] })).toMatchObject({ phase: "pull", image, step });
  expect(phase({ backup: null })).toMatchObject({ phase: "backup", step });
  expect(phase({ snapshot: false })).toEqual({
    phase: "waiting",
    for: "a snapshot of the data volume with the backup 20261124T120000Z-upgrade",
  });
  expect(phase({})).toMatchObject({ phase: "step", step, backup: "20261124T120000Z-upgrade" });
  expect(phase({ snapshot: null }).phase).toBe("step");
  expect(phase({ running: "19.5.3" }).phase).toBe("arrived");
});

test.each<readonly [string, Partial<VersionState>, Partial<UpgradeCheck>, object]>([
  [
    "a restore that isn't finished",
    { restoring: true },
    {},
    { phase: "refused", why: expect.stringMatching(/restore was begun/) },
  ],
  [
    "no answer of GitLab's",
    { check: null },
    {},
    { phase: "unknown", why: expect.stringMatching(/could not be asked what/) },
  ],
  [
    "another operation on the host",
    {},
    { busy: true },
    { phase: "waiting", for: expect.stringMatching(/under way on the host/) },
  ],
  [
    "a GitLab that isn't ready",
    { ready: false },
    {},
    { phase: "refused", why: expect.stringMatching(/19\.2\.7 isn't ready/) },
  ],
  [
    "no word of its migrations",
    {},
    { unfinished: null },
    { phase: "unknown", why: expect.stringMatching(/migrations could not be asked/) },
  ],
  [
    "migrations that failed",
    {},
    { failed: 1 },
    { phase: "refused", why: expect.stringMatching(/^1 background migrations of GitLab 19\.2\.7 failed/) },
  ],
  [
    "migrations that go on",
    {},
    { unfinished: 2, names: ["A", "B"] },
    { phase: "waiting", for: expect.stringMatching(/^2 background migrations of GitLab 19\.2\.7: A, B$/) },
  ],
])("nothing is stopped for %s", (_what, fields, asked, expected) => {
  expect(phase(fields, asked)).toMatchObject(expected);
});

test("no word of failed migrations, and none that failed, are no reason to stop", () => {
  expect(phase({}, { failed: null }).phase).toBe("step");
  expect(phase({}, { failed: 0 }).phase).toBe("step");
});

test("a way that GitLab doesn't have is refused, and one whose PostgreSQL isn't known waits for that", () => {
  expect(phase({ running: "19.9.0" })).toMatchObject({ phase: "refused" });
  const old = { running: "17.11.7" };
  const eighteen: VersionDesired = { ...desired, wanted: { ...desired.wanted, version: "18.2.8" } };
  expect(phase({ ...old, backup: null }, { postgresql: 14 }, eighteen)).toMatchObject({
    phase: "backup",
    step: { kind: "postgresql", from: 14 },
  });
  expect(phase(old, { postgresql: null }, eighteen)).toMatchObject({ phase: "unknown" });
  expect(phase({ ...old, check: null }, {}, eighteen)).toMatchObject({
    phase: "unknown",
    why: /could not be asked what/,
  });
});

const diff = (fields: Partial<VersionState>, asked: Partial<UpgradeCheck> = {}, wanted = desired) =>
  diffVersion(target, { ...state, check: { ...check, ...asked }, ...fields }, wanted);
const way =
  "GitLab's way to 19.5.3: GitLab 19.2.7 to 19.5.3; a backup before each, 5 to 15 minutes down in all, then the runner at 19.5";
const base = { target, verb: "update", ownership: "ours", needs: [service] };

test("the next thing of an upgrade is one action, with the whole way that is left", () => {
  expect(diffVersion(target, undefined, desired)).toEqual([]);
  expect(diff({ running: "19.5.3" })).toEqual([]);
  expect(diff({})).toEqual([
    { ...base, risk: "disruptive", reason: way, changes: [{ path: "version", from: "19.2.7", to: "19.5.3" }] },
  ]);
  expect(diff({}, { pulled: [] })).toEqual([
    { ...base, risk: "safe", reason: way, changes: [{ path: "image", to: image }] },
  ]);
  expect(diff({ backup: null })).toEqual([
    {
      ...{ ...base, needs: [service, bucket], risk: "disruptive", reason: way },
      changes: [{ path: "backup", to: "of GitLab 19.2.7 before 19.5.3" }],
    },
  ]);
  const { backups: _, ...without } = desired;
  expect(diff({ backup: null }, {}, without)[0]?.needs).toEqual([service]);
});

test("an upgrade that waits or is refused says from where to where, and why", () => {
  const changes = [{ path: "version", from: "19.2.7-ee", to: "19.5.3-ee" }];
  expect(diff({}, { busy: true })).toEqual([{ ...base, risk: "disruptive", reason: way, changes }]);
  expect(diff({}, { unfinished: null })).toEqual([{ ...base, risk: "disruptive", reason: way, changes }]);
  const [refused] = diff({ ready: false });
  expect(refused).toMatchObject({ ...base, risk: "disruptive", changes });
  expect(refused?.reason).toBe("GitLab 19.2.7 runs and 19.5.3 is wanted");
  expect(refused?.refused).toMatch(/isn't ready/);
});

test("an edition and PostgreSQL are steps of their own", () => {
  const community = { running: "19.5.3", edition: "ce" } as const;
  expect(diff(community, { pulled: [image] })[0]?.changes).toEqual([{ path: "edition", from: "ce", to: "ee" }]);
  expect(diff({ ...community, backup: null })[0]?.changes).toEqual([
    { path: "backup", to: "of GitLab 19.5.3 before ee" },
  ]);
  const eighteen: VersionDesired = { ...desired, wanted: { ...desired.wanted, version: "18.2.8" } };
  const old = { running: "17.11.7" };
  const [draft] = diff({ ...old, backup: null }, { postgresql: 14 }, eighteen);
  expect(draft?.changes).toEqual([{ path: "backup", to: "of GitLab 17.11.7 before PostgreSQL 16" }]);
  expect(diff(old, { postgresql: 14 }, eighteen)[0]?.changes).toEqual([{ path: "postgresql", from: "14", to: "16" }]);
});

const at = Date.UTC(2026, 10, 24, 1, 30);

test("a backup that is due is made, unless GitLab can't make one", () => {
  const named = { kind: "gitlab", name: "backups" };
  const observed = { type: "backups", ready: true, newest: null, dueSince: at, tooOld: false } as const;
  const of = (fields: object) => diffBackups(named, { ...observed, ...fields }, { type: "backups", ...backups });
  const draft = {
    ...{ ...base, target: named, needs: [service, bucket], risk: "safe", routine: true },
    reason: "a backup has been due since 2026-11-24T01:30:00Z",
  };
  const to = "scheduled for 2026-11-24T01:30:00Z";
  expect(of({})).toEqual([{ ...draft, changes: [{ path: "newest", to }] }]);
  expect(of({ newest: { id: "b-1", createdAt: 1 } })).toEqual([
    { ...draft, changes: [{ path: "newest", from: "b-1", to }] },
  ]);
  expect(of({ ready: false })).toEqual([]);
  expect(of({ dueSince: null })).toEqual([]);
  expect(diffBackups(named, undefined, { type: "backups", ...backups })).toEqual([]);
});

test("what is kept longer than the file asks for goes, each by its name and its time", () => {
  const named = { kind: "gitlab", name: "retention" };
  const wanted = { type: "retention", ...backups } as const;
  const expired = [{ id: "b-1", createdAt: at, keys: [] }];
  expect(diffRetention(named, { type: "retention", expired, broken: [] }, wanted)).toEqual([
    {
      ...{ ...base, target: named, needs: [bucket], risk: "safe", routine: true },
      changes: [{ path: "expired[b-1]", from: "2026-11-24T01:30:00Z" }],
      reason: "1 backups are older than 30 days",
    },
  ]);
  expect(diffRetention(named, { type: "retention", expired: [], broken: [] }, wanted)).toEqual([]);
  expect(diffRetention(named, undefined, wanted)).toEqual([]);
  const broken = [{ id: "b-0", createdAt: at, keys: [] }];
  expect(diffRetention(named, { type: "retention", expired: [], broken }, wanted)).toEqual([
    {
      ...{ ...base, target: named, needs: [bucket], risk: "safe", routine: true },
      changes: [{ path: "broken[b-0]", from: "2026-11-24T01:30:00Z" }],
      reason: "1 backups were broken off over a week ago",
    },
  ]);
});
