import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Crash, SandboxHandler } from "../../../sandbox/sdk-handler.ts";
import { type BackupManifest, readManifest } from "../../../shared/resources/gitlab/backup-manifest.ts";
import { backupFreshness } from "../../../shared/resources/gitlab/upgrade-phase.ts";
import { BackupBucket } from "../../harness/backup-bucket.ts";
import { HostFleet } from "../../harness/host-fleet.ts";
import { atVersion, onlyGitLab } from "../../harness/upgraded-fleet.ts";

/** Longer than a dead holder's lease can last. */
const afterLease = 21 * 60_000;
const retention = (body: string) =>
  body.replace("retention: { days: 30, minimum: 3 }", "retention: { days: 1, minimum: 1 }");
const file = (version: string) => (body: string) => onlyGitLab(atVersion(version)(body));

/** Runs that die at one call after the other, until the work is done all the same. */
describe("a fleet whose runs die at their calls", { shuffle: false }, () => {
  let fleet: HostFleet;
  let bucket: BackupBucket;
  beforeAll(async () => {
    fleet = await HostFleet.open(true, file("19.2.7"));
    bucket = new BackupBucket(fleet.world.settings());
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  async function manifests(): Promise<readonly BackupManifest[]> {
    const texts = await bucket.manifests();
    return texts.map(readManifest).flatMap((one) => ("why" in one ? [] : [one]));
  }

  async function images(): Promise<readonly string[]> {
    const { record } = await fleet.host();
    return Object.values(record.containers).map(({ image }) => image);
  }

  /** One run that dies; it may have been done before it got there. */
  async function dies(crash: Crash): Promise<void> {
    const handler = new SandboxHandler(fleet.world.sandbox, crash);
    await fleet.run({}, handler).catch(() => undefined);
  }

  it("takes one step, never without its backup and its snapshot, and never a second beside it", async () => {
    await fleet.push(file("19.5.3"));
    let arrivedAt: number | undefined;
    for (let at = 3; at < 90; at += 6) {
      await dies({ at, when: at % 12 === 3 ? "before" : "after" });
      const found = await images();
      expect(found).toHaveLength(1);
      if (found[0]?.includes("19.5.3") && arrivedAt === undefined) {
        arrivedAt = fleet.world.clock.now();
        const before = (await manifests()).filter(({ gitlab }) => gitlab.version === "19.2.7");
        const newest = Math.max(...before.map(({ createdAt }) => createdAt));
        expect(arrivedAt - newest).toBeLessThan(backupFreshness + afterLease);
        const { Snapshots = [] } = await fleet.ec2.describeSnapshots({ OwnerIds: ["self"] });
        const backed = Snapshots.flatMap(({ Tags = [] }) => Tags).filter(({ Key }) => Key === "fleetkeeper:backup");
        expect(backed.map(({ Value }) => Value)).toContain(before.at(-1)?.id);
      }
      await fleet.world.clock.sleep(afterLease);
    }
    await fleet.settle(40);
    expect(await images()).toEqual(["gitlab/gitlab-ee:19.5.3-ee.0"]);
    const { Snapshots = [] } = await fleet.ec2.describeSnapshots({ OwnerIds: ["self"] });
    const of = Snapshots.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === "fleetkeeper:backup")?.Value);
    expect(new Set(of).size).toBe(of.length);
    expect((await fleet.run()).actions).toEqual([]);
  });

  it("deletes what has expired to the end, and leaves no set that says it is whole and isn't", async () => {
    await fleet.push((body) => retention(file("19.5.3")(body)));
    await fleet.world.clock.sleep(3 * 86_400_000);
    for (let at = 3; at < 80; at += 6) {
      await dies({ at, when: at % 12 === 3 ? "before" : "after" });
      await fleet.world.clock.sleep(afterLease);
    }
    await fleet.settle(40);
    const keys = await bucket.keys();
    const left = await manifests();
    expect(left.length).toBeGreaterThan(0);
    for (const { id, createdAt, parts } of left) {
      expect(keys, id).toContain(parts.data.key);
      expect(keys, id).toContain(parts.configuration.key);
      expect(fleet.world.clock.now() - createdAt).toBeLessThan(2 * 86_400_000);
    }
    expect((await bucket.deleted()).length).toBeGreaterThan(0);
  });
});
