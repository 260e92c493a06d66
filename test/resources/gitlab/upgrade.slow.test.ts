import { expect, test } from "vitest";
import { readManifest } from "../../../shared/resources/gitlab/backup-manifest.ts";
import { BackupBucket } from "../../harness/backup-bucket.ts";
import { HostFleet } from "../../harness/host-fleet.ts";
import { atVersion, onlyGitLab, versionSteps } from "../../harness/upgraded-fleet.ts";

const path = [
  "version 16.11.10 17.1.8",
  "version 17.1.8 17.3.7",
  "version 17.3.7 17.5.5",
  "version 17.5.5 17.8.7",
  "version 17.8.7 17.11.7",
  "postgresql 14 16",
  "version 17.11.7 18.2.8",
  "version 18.2.8 18.5.7",
  "version 18.5.7 18.8.11",
  "version 18.8.11 18.11.12",
  "postgresql 16 17",
  "version 18.11.12 19.2.7",
  "version 19.2.7 19.5.3",
];

test("a fleet goes from 16.11 to 19.5 over every published stop, each waited for, a backup and a snapshot before each, PostgreSQL in between, and then rests", async () => {
  const fleet = await HostFleet.open(true, (body) => onlyGitLab(atVersion("16.11.10")(body)));
  try {
    await fleet.settle(20);
    if (fleet.world.hosts !== undefined) fleet.world.hosts.state.postgresqlOptOut = true;
    await fleet.push((body) => onlyGitLab(atVersion("19.5.3")(body)));
    const records = await fleet.settle(400);
    expect(versionSteps(records)).toEqual(path);

    // Not one start failed, which GitLab's would have on a jump, an unfinished migration or an old PostgreSQL.
    const { record } = await fleet.host();
    for (const { service, log, restarts } of Object.values(record.containers)) {
      expect([
        service,
        restarts,
        log.filter((line) => /Expected|required to upgrade|too old|Mixlib/.test(line)),
      ]).toEqual([service, 0, []]);
    }
    const bucket = new BackupBucket(fleet.world.settings());
    const manifests = (await bucket.manifests()).map((text) => readManifest(text));
    const versions = manifests.map((one) => ("why" in one ? one.why : one.gitlab.version));
    for (const from of path.filter((step) => step.startsWith("version")).map((step) => step.split(" ")[1])) {
      expect(versions).toContain(from);
    }
    const { Snapshots = [] } = await fleet.ec2.describeSnapshots({ OwnerIds: ["self"] });
    expect(Snapshots.every(({ Encrypted }) => Encrypted === true)).toBe(true);
    expect(Snapshots).toHaveLength(7);
    const again = await fleet.run();
    expect(again.actions).toEqual([]);
  } finally {
    await fleet.close();
  }
}, 1_800_000);
