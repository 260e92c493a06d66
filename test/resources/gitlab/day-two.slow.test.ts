import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupTime } from "../../../shared/resources/gitlab/backup-manifest.ts";
import { BackupBucket } from "../../harness/backup-bucket.ts";
import { endingCertificate } from "../../harness/certificates.ts";
import { HostFleet } from "../../harness/host-fleet.ts";
import { onlyGitLab, withoutWindows } from "../../harness/upgraded-fleet.ts";

const day = 86_400_000;

const file = (mode: "Enforce" | "Observe") => (body: string) =>
  onlyGitLab(withoutWindows(body))
    .replace("mode: Enforce", `mode: ${mode}`)
    .replace("retention: { days: 30, minimum: 3 }", "retention: { days: 2, minimum: 1 }")
    .replace("snapshots: { enabled: true, keep: 7 }", "snapshots: { enabled: true, keep: 2 }");

/** A fleet that is left alone for a while; each part needs the ones before. */
describe("a fleet's second week", { shuffle: false }, () => {
  let fleet: HostFleet;
  let bucket: BackupBucket;
  beforeAll(async () => {
    fleet = await HostFleet.open(true, file("Enforce"));
    await fleet.secret("tls-certificate", endingCertificate);
    bucket = new BackupBucket(fleet.world.settings());
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());
  const condition = async (type: string) => (await fleet.status()).conditions.find((one) => one.type === type);
  const ids = async () => [...new Set((await bucket.keys()).map((key) => key.split("/")[2] ?? ""))];

  it("a snapshot goes with each backup: encrypted, marked in the call that makes it, and of the data volume", async () => {
    const { Snapshots = [] } = await fleet.ec2.describeSnapshots({ OwnerIds: ["self"] });
    const [backup] = await ids();
    expect(Snapshots).toHaveLength(1);
    expect(Snapshots[0]).toMatchObject({ Encrypted: true, VolumeId: (await fleet.dataVolume()).VolumeId });
    const tags = Object.fromEntries((Snapshots[0]?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
    expect(tags).toMatchObject({
      "fleetkeeper:fleet": "acme",
      "fleetkeeper:kind": "gitlab",
      "fleetkeeper:backup": backup,
      "fleetkeeper:gitlab": "19.5.3-ee",
    });
    const tagged = fleet.world.sandbox.calls.all().filter(({ operation }) => operation === "CreateTags");
    expect(JSON.stringify(tagged.map(({ input }) => input))).not.toContain("snap-");
  });

  it("expired backups, broken-off ones and snapshots are deleted, and can be had again for a while", async () => {
    await bucket.put("gitlab/acme/20260101T000000Z-requested/data.tar", "never finished");
    await bucket.put("gitlab/acme/20261123T000000Z-requested/data.tar", "maybe still being made");
    for (let days = 0; days < 5; days += 1) {
      await fleet.world.clock.sleep(day);
      await fleet.settle(20);
    }
    const kept = await ids();
    expect(kept[0]).toBe("20261123T000000Z-requested");
    const young = kept.slice(1);
    expect([2, 3]).toContain(young.length);
    for (const id of young) expect(fleet.world.clock.now() - (backupTime(id) ?? 0)).toBeLessThanOrEqual(2 * day);
    const gone = await bucket.deleted();
    const broken = "gitlab/acme/20260101T000000Z-requested/data.tar";
    expect(gone).toContain(broken);
    const deleted = gone.filter((one) => one !== broken);
    expect(deleted).toHaveLength(3 * (6 - young.length));
    expect(deleted.every((one) => /-scheduled\/(data\.tar|configuration\.tar|manifest\.json)$/.test(one))).toBe(true);
    const { Snapshots = [] } = await fleet.ec2.describeSnapshots({ OwnerIds: ["self"] });
    expect(Snapshots.filter(({ State }) => State === "completed").length).toBeLessThanOrEqual(3);
    expect((await fleet.run()).actions).toEqual([]);
  });

  it("the newest backup's age is a condition, which turns once it is older than the file allows", async () => {
    expect(await condition("BackedUp")).toMatchObject({ status: "True", reason: "BackupFresh" });
    await fleet.push(file("Observe"));
    await fleet.world.clock.sleep(27 * 3_600_000);
    const record = await fleet.run();
    expect(record.conditions.find(({ type }) => type === "BackedUp")).toMatchObject({
      status: "False",
      reason: "BackupOverdue",
    });
  });

  it("a certificate that ends soon is a condition", async () => {
    expect(await condition("CertificateValid")).toMatchObject({
      status: "False",
      reason: "CertificateEnding",
      message: "the certificate ends on 2026-12-05",
    });
  });
});
