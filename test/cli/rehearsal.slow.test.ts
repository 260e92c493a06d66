import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse } from "../../cli/rehearsal.ts";
import { type Crash, SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { readManifest } from "../../shared/resources/gitlab/backup-manifest.ts";
import { backupsWanted } from "../../shared/resources/gitlab/desired.ts";
import { rehearsalMark } from "../../shared/resources/gitlab/rehearsal.ts";
import { BackupBucket } from "../harness/backup-bucket.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import type { HostFleet } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";
import { onlyGitLab, withoutWindows } from "../harness/upgraded-fleet.ts";

const file = (body: string) => onlyGitLab(withoutWindows(body));
const quiet = { write: () => undefined, isTerminal: false, columns: 80 };

describe("a rehearsal", { shuffle: false }, () => {
  let fleet: HostFleet;
  let typed: TypedFleet;
  let bucket: BackupBucket;
  let id = "";
  let host = "";
  const type = (line: string) => typed.type(line);
  beforeAll(async () => {
    typed = await TypedFleet.open(file);
    fleet = typed.fleet;
    const path = "/srv/fleetkeeper/gitlab/data/.sandbox-gitlab.json";
    const { files } = (await fleet.host()).files;
    files.write(path, JSON.stringify({ ...JSON.parse(files.text(path) ?? "{}"), projects: 12, users: 5 }));
    bucket = new BackupBucket(fleet.world.settings());
    await fleet.world.clock.advance(3_600_000);
    id = (await type("backup")).stdout.trim();
    await fleet.settle(20);
    host = (await fleet.instance()).InstanceId;
  });
  afterAll(() => typed[Symbol.asyncDispose]());

  /** Instances of rehearsals, ended ones too. */
  async function made() {
    const Filters = Object.entries(rehearsalMark("acme")).map(([key, value]) => ({
      Name: `tag:${key}`,
      Values: [value],
    }));
    const { Reservations = [] } = await fleet.ec2.describeInstances({ Filters });
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }
  const alive = async () => (await made()).filter(({ State }) => State?.Name !== "terminated");
  const volumes = async () => (await fleet.ec2.describeVolumes({})).Volumes?.length;

  it("of a truncated backup, of one without its secrets file or of another fleet is refused before anything is launched", async () => {
    const manifest = await bucket.text(`gitlab/acme/${id}/manifest.json`);
    for (const [part, change, message] of [
      ["manifest.json", manifest.replace('"secretsFile":true', '"secretsFile":false'), "has no gitlab-secrets.json"],
      ["manifest.json", manifest.replace('"fleet":"acme"', '"fleet":"acme-eu"'), "another backup's"],
      ["manifest.json", manifest.replace(/"sizeBytes":\d+/, '"sizeBytes":99999999'), "of 99999999 bytes"],
    ] as const) {
      await bucket.put(`gitlab/acme/${id}/${part}`, change);
      const { exit, stderr } = await type(`restore --backup ${id} --rehearse`);
      expect([exit, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
    await bucket.put(`gitlab/acme/${id}/manifest.json`, manifest);
    expect(await made()).toEqual([]);
  });

  it("says what came back, removes its host, and touches the fleet's own by nothing", async () => {
    const before = await volumes();
    const { exit, stdout } = await type(`restore --backup ${id} --rehearse`);
    expect(stdout).toMatch(/can be restored: GitLab 19\.5\.3-ee came up in .* with 12 projects and 5 users/);
    expect(exit).toBe(0);
    expect(await made()).toHaveLength(1);
    expect(await alive()).toEqual([]);
    expect(await volumes()).toBe(before);
    expect((await fleet.instance()).InstanceId).toBe(host);
    expect((await fleet.run()).actions).toEqual([]);
  });

  it("that fails on its host removes it all the same", async () => {
    const key = `gitlab/acme/${id}/manifest.json`;
    const manifest = await bucket.text(key);
    await bucket.put(key, manifest.replace(/"sha256":"[0-9a-f]{64}"/, `"sha256":"${"0".repeat(64)}"`));
    const { exit, stderr } = await type(`restore --backup ${id} --rehearse`);
    expect([exit, stderr]).toEqual([1, expect.stringContaining("isn't what was backed up")]);
    await bucket.put(key, manifest);
    expect(await made()).toHaveLength(2);
    expect(await alive()).toEqual([]);
  });

  it("killed anywhere leaves a host that is nobody's, which the next one removes", async () => {
    const whole = new SandboxHandler(fleet.world.sandbox);
    await attempt(whole);
    const launch = 4;
    for (const crash of [launch, Math.floor(whole.calls / 3), whole.calls - 2].flatMap((at): Crash[] => [
      { at, when: "before" },
      { at, when: "after" },
    ])) {
      const dying = new SandboxHandler(fleet.world.sandbox, crash);
      await attempt(dying).catch(() => undefined);
      expect(dying.dead).toBe(true);
      // While it lies there it is no host, no manager and no orphan.
      expect((await fleet.run()).actions).toEqual([]);
      expect((await alive()).length).toBeLessThanOrEqual(1);
      if ((await alive()).length === 1) {
        await expect(attempt(new SandboxHandler(fleet.world.sandbox))).rejects.toMatchObject({
          code: "RehearsalUnderWay",
        });
      }
      await fleet.world.clock.sleep(16 * 60_000);
      const [left] = await alive();
      if (left !== undefined) expect((await type("backups")).stdout).toContain(`${left.InstanceId}  left over by a`);
    }
    const { exit } = await type(`restore --backup ${id} --rehearse`);
    expect(exit).toBe(0);
    expect(await alive()).toEqual([]);
    expect(
      (await fleet.ec2.describeInstances({ InstanceIds: [host] })).Reservations?.[0]?.Instances?.[0]?.State?.Name,
    ).toBe("running");
  });

  it("left over when the fleet ends: it goes first, and one that is at work is waited for", async () => {
    await attempt(new SandboxHandler(fleet.world.sandbox, { at: 40, when: "after" })).catch(() => undefined);
    const [left] = await alive();
    expect(left?.State?.Name).toBe("running");
    const { stdout } = await type("destroy");
    expect(stdout).toContain(`a rehearsal is at work on ${left?.InstanceId}`);
    await fleet.world.clock.sleep(16 * 60_000);
    const destroyed = await type("destroy --confirm acme");
    expect(destroyed).toMatchObject({ exit: 0 });
    expect(destroyed.stdout).toContain("acme is destroyed");
    expect(await alive()).toEqual([]);
  });

  /** One rehearsal by a process of its own. */
  async function attempt(handler: SandboxHandler) {
    const reconciler = await fleet.world.reconciler(handler);
    const parsed = parseFleet(file(await sampleFile("acme")), "acme");
    const manifest = readManifest(await bucket.text(`gitlab/acme/${id}/manifest.json`));
    if (!parsed.ok || "why" in manifest) throw new Error("the sample can't be read");
    const wanted = backupsWanted(parsed.fleet);
    if (wanted === undefined) throw new Error("the sample has no backups");
    const { clock } = fleet.world;
    const io = {
      env: {},
      cwd: ".",
      stdout: quiet,
      stderr: quiet,
      interrupted: new AbortController().signal,
      now: () => clock.now(),
      sleep: (milliseconds: number) => clock.sleep(milliseconds),
      random: () => 0.5,
    };
    const lease = {
      epoch: 0,
      incarnation: "none",
      expiresAt: Number.POSITIVE_INFINITY,
      assertHeld: () => undefined,
      release: async () => ({ state: "released" as const }),
    };
    const { readers, writers } = reconciler.engine;
    return rehearse({ io, fleet: parsed.fleet, readers, writers: writers(lease) }, manifest, wanted.place);
  }
});
