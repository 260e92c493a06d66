import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SnapshotRecord } from "../../../shared/aws/backups-port.ts";
import { backupId } from "../../../shared/resources/gitlab/backup-manifest.ts";
import { foldersOf } from "../../../shared/resources/gitlab/backups.ts";
import type { BackupsWanted } from "../../../shared/resources/gitlab/desired.ts";
import { brokenBackups, expiredBackups, readExpired, setOf } from "../../../shared/resources/gitlab/retention.ts";
import { backupTag, diffSnapshots, expiredSnapshots, isOf } from "../../../shared/resources/gitlab/snapshots.ts";
import { manifest } from "./manifests.ts";

const day = 86_400_000;
const now = Date.parse("2026-11-24T12:00:00Z");
const wanted: BackupsWanted = {
  place: { bucket: "acme-gitlab-backups", prefix: "gitlab/", fleet: "acme" },
  retention: { days: 30, minimum: 3 },
  snapshots: true,
  skip: [],
  schedule: "30 1 * * *",
  timeZone: "UTC",
  maxAge: 26 * 3_600_000,
};

describe("retention", () => {
  test("never lets the newest good backup go, nor fewer than the minimum stay, nor what is young", () => {
    const sets = fc.array(fc.record({ age: fc.integer({ min: 0, max: 100 }), good: fc.boolean() }), { maxLength: 12 });
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), (all, days, minimum) => {
        const ids = all.map(({ age }, index) => backupId(now - age * day - index * 1000, "scheduled"));
        const good = ids.filter((_, index) => all[index]?.good).sort();
        const newest = good.at(-1);
        const gone = expiredBackups(ids, newest, { days, minimum }, now);
        if (newest === undefined) expect(gone).toEqual([]);
        else expect(gone).not.toContain(newest);
        expect(ids.length - gone.length).toBeGreaterThanOrEqual(Math.min(minimum, ids.length));
        for (const id of gone) expect(id < backupId(now - days * day, "scheduled")).toBe(true);
        expect([...gone].sort()).toEqual(gone);
      }),
    );
  });

  test("knows sets by their manifests, and takes nothing else in the bucket for a backup", () => {
    const folders = foldersOf(
      [
        "gitlab/acme/20261001T013000Z-scheduled/data.tar",
        "gitlab/acme/20261001T013000Z-scheduled/manifest.json",
        "gitlab/acme/20261002T013000Z-scheduled/data.tar",
        "gitlab/acme/20261003T013000Z-scheduled/old/manifest.json",
        "gitlab/acme/notes.txt",
        "gitlab/acme/by-hand/manifest.json",
      ].map((key) => ({ key, sizeBytes: 1 })),
      "gitlab/acme/",
    );
    expect(folders).toEqual([
      {
        id: "20261001T013000Z-scheduled",
        finished: true,
        keys: ["data.tar", "manifest.json"].map((name) => `gitlab/acme/20261001T013000Z-scheduled/${name}`),
      },
      {
        id: "20261002T013000Z-scheduled",
        finished: false,
        keys: ["gitlab/acme/20261002T013000Z-scheduled/data.tar"],
      },
      {
        id: "20261003T013000Z-scheduled",
        finished: false,
        keys: ["gitlab/acme/20261003T013000Z-scheduled/old/manifest.json"],
      },
    ]);
  });

  test("deletes exactly the keys that a whole set's manifest names, the manifest last", () => {
    const old = manifest(now - 40 * day);
    expect(setOf(old, wanted, now)?.keys).toEqual([
      `gitlab/acme/${old.id}/data.tar`,
      `gitlab/acme/${old.id}/configuration.tar`,
      `gitlab/acme/${old.id}/manifest.json`,
    ]);
    const { data } = old.parts;
    const foreign = { ...old, parts: { ...old.parts, data: { ...data, key: "gitlab/acme-eu/x/data.tar" } } };
    expect(setOf(foreign, wanted, now)).toBeUndefined();
    const deeper = { ...old, parts: { ...old.parts, data: { ...data, key: `gitlab/acme/${old.id}/a/data.tar` } } };
    expect(setOf(deeper, wanted, now)).toBeUndefined();
    expect(setOf({ ...old, createdAt: now - 29 * day }, wanted, now)).toBeUndefined();
  });

  test("lets a backup go that was broken off over a week ago, and nothing that may still be made or is more than that", () => {
    const root = "gitlab/acme/";
    const folder = (age: number, names: readonly string[]) => {
      const id = backupId(now - age * day, "scheduled");
      return { id, finished: names.includes("manifest.json"), keys: names.map((name) => `${root}${id}/${name}`) };
    };
    const old = folder(20, ["configuration.tar", "data.tar"]);
    const others = [
      folder(30, ["data.tar", "manifest.json"]),
      folder(6.9, ["data.tar"]),
      folder(40, ["data.tar", "notes.txt"]),
      folder(50, ["old/data.tar"]),
    ];
    const newest = backupId(now - day, "scheduled");
    expect(brokenBackups([old, ...others], newest, root, now)).toEqual([
      { id: old.id, createdAt: now - 20 * day, keys: old.keys },
    ]);
    expect(brokenBackups([old], undefined, root, now)).toEqual([]);
    expect(brokenBackups([old], backupId(now - 21 * day, "scheduled"), root, now)).toEqual([]);
    const many = [11, 12, 13, 14, 15, 16, 17].map((age) => folder(age, ["data.tar"]));
    expect(brokenBackups(many, newest, root, now)).toHaveLength(5);
  });

  test("leaves a set alone whose manifest can't be read, is another's or names another's objects", async () => {
    const sets = [60, 50, 45, 40, 3, 2, 1].map((age) => manifest(now - age * day));
    const texts = new Map(sets.map((one) => [`gitlab/acme/${one.id}/manifest.json`, JSON.stringify(one)]));
    const [first, second, third, fourth] = sets.map(({ id }) => `gitlab/acme/${id}/manifest.json`);
    texts.set(first ?? "", "{");
    texts.set(second ?? "", JSON.stringify({ ...sets[1], fleet: "acme-eu" }));
    texts.delete(third ?? "");
    const reader = {
      objects: async () => [],
      size: async () => undefined,
      text: async (_bucket: string, key: string) => texts.get(key),
    };
    const folders = sets.map(({ id }) => ({ id, finished: true, keys: [] }));
    const expired = await readExpired(reader, wanted, folders, sets.at(-1), now);
    expect(expired.map(({ keys }) => keys.at(-1))).toEqual([fourth]);
  });
});

describe("snapshots", () => {
  const snapshot = (age: number, more: Partial<SnapshotRecord> = {}): SnapshotRecord => ({
    id: `snap-${age}`,
    volumeId: "vol-1",
    startedAt: now - age * day,
    state: "completed",
    encrypted: true,
    sizeGiB: 200,
    tags: { [backupTag]: `backup-${age}` },
    ...more,
  });

  test("beyond the newest complete ones go, failed ones too, and never one that is being made or the last good one", () => {
    const all = [
      snapshot(0, { state: "pending" }),
      snapshot(1),
      snapshot(2),
      snapshot(3),
      snapshot(4, { state: "error" }),
    ];
    expect(expiredSnapshots(all, 2).map(({ id }) => id)).toEqual(["snap-4", "snap-3"]);
    expect(expiredSnapshots([snapshot(90)], 1)).toEqual([]);
    expect(expiredSnapshots([snapshot(0, { state: "error" }), snapshot(90)], 1)).toEqual([]);
  });

  test("one that failed doesn't count as the backup's", () => {
    expect(isOf(snapshot(1), "backup-1")).toBe(true);
    expect(isOf(snapshot(1, { state: "pending" }), "backup-1")).toBe(true);
    expect(isOf(snapshot(1, { state: "error" }), "backup-1")).toBe(false);
    expect(isOf(snapshot(1), "backup-2")).toBe(false);
  });

  test("are refused on a volume that isn't encrypted", () => {
    const state = {
      type: "snapshots",
      volumeId: "vol-1",
      encrypted: false,
      due: { backup: "b", gitlab: "19.5.3-ee" },
      expired: [],
      newestAt: null,
    } as const;
    const desired = { type: "snapshots", keep: 7, backups: wanted, mark: {}, tags: {} } as const;
    const [action] = diffSnapshots({ kind: "gitlab", name: "snapshots" }, state, desired);
    expect(action?.refused).toContain("isn't encrypted");
  });
});
