import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seeSwap, swapId, swapVolumes } from "../../cli/snapshot-restore.ts";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { parseFleet } from "../../shared/desired/fleet.ts";
import { type Swap, swapTag, swapTo } from "../../shared/resources/host/volume-swap.ts";
import { afterLease } from "../chaos/fleet-crash.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import type { HostFleet } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";
import { atVersion, onlyGitLab } from "../harness/upgraded-fleet.ts";

const older = (body: string) => onlyGitLab(atVersion("19.2.7")(body));
const newer = (body: string) => onlyGitLab(atVersion("19.5.3")(body));
const quiet = { write: () => undefined, isTerminal: false, columns: 80 };
const data = "/srv/fleetkeeper/gitlab/data/.sandbox-gitlab.json";

describe("back by a snapshot of the data volume", { shuffle: false }, () => {
  let fleet: HostFleet;
  let typed: TypedFleet;
  let snapshot = "";
  let id = "";
  let old = "";
  const type = (line: string) => typed.type(line);
  beforeAll(async () => {
    typed = await TypedFleet.open(older);
    fleet = typed.fleet;
    await edit({ projects: 12 });
    await fleet.world.clock.sleep(3 * 3_600_000);
    await fleet.push(newer);
    await fleet.settle(40);
    await edit({ projects: 30 });
    old = (await fleet.dataVolume()).VolumeId;
    const { Snapshots = [] } = await fleet.ec2.describeSnapshots({ OwnerIds: ["self"] });
    const before = Snapshots.filter(({ Tags = [] }) =>
      Tags.some(({ Key, Value }) => Key === "fleetkeeper:backup" && Value?.includes("before-19.5.3") === true),
    );
    snapshot = before[0]?.SnapshotId ?? "";
  });
  afterAll(() => typed[Symbol.asyncDispose]());

  async function content(): Promise<Record<string, unknown>> {
    return JSON.parse((await fleet.host()).files.files.text(data) ?? "{}") as Record<string, unknown>;
  }
  async function edit(change: Record<string, unknown>) {
    (await fleet.host()).files.files.write(data, JSON.stringify({ ...(await content()), ...change }));
  }
  const volumes = async () => ((await fleet.ec2.describeVolumes({})).Volumes ?? []).length;

  it("backups lists the snapshots with the version that each is of", async () => {
    const { stdout } = await type("backups");
    expect(stdout).toContain(`${snapshot}  GitLab 19.2.7-ee, snapshot of ${old}, completed`);
  });

  it("is refused for a snapshot of another version than the file's, or a strange one", async () => {
    const before = await volumes();
    const other = await type(`restore --snapshot ${snapshot}`);
    expect([other.exit, other.stderr]).toEqual([
      1,
      expect.stringContaining("the snapshot is of GitLab 19.2.7-ee, and the file asks for 19.5.3-ee"),
    ]);
    const made = await fleet.ec2.createSnapshot({ VolumeId: old });
    const strange = await type(`restore --snapshot ${made.SnapshotId}`);
    expect([strange.exit, strange.stderr]).toEqual([1, expect.stringContaining("is of this fleet's data volume")]);
    expect((await type("restore")).stderr).toContain("--backup ID or --snapshot ID");
    expect((await type(`restore --snapshot ${snapshot} --overwrite`)).exit).toBe(1);
    expect(await volumes()).toBe(before);
  });

  it("shows what it would do first, and does it for the plan's own id only", async () => {
    await fleet.push(older);
    const plan = await type(`restore --snapshot ${snapshot}`);
    expect(plan.exit).toBe(2);
    expect(plan.stdout).toContain(`the new volume takes the place of ${old}, which is kept`);
    id = /--approve ([0-9a-f]{12})/.exec(plan.stderr)?.[1] ?? "";
    const wrong = await type(`restore --snapshot ${snapshot} --approve 000000000000`);
    expect([wrong.exit, wrong.stderr]).toEqual([1, expect.stringContaining(`the plan's id is ${id}`)]);
    expect((await fleet.dataVolume()).VolumeId).toBe(old);
  });

  it("is refused while a backup or an upgrade is at work on the host", async () => {
    const { root } = (await fleet.host()).files;
    const holder = spawn("flock", [
      "-F",
      join(root, "var/lib/fleetkeeper/gitlab.lock"),
      "sh",
      "-c",
      "echo held; exec sleep 60",
    ]);
    await once(holder.stdout, "data");
    try {
      const { exit, stderr } = await type(`restore --snapshot ${snapshot} --approve ${id}`);
      expect([exit, stderr]).toEqual([1, expect.stringContaining("a backup, an upgrade or a restore is at work")]);
    } finally {
      holder.kill();
    }
    expect((await fleet.dataVolume()).VolumeId).toBe(old);
  });

  it("puts GitLab back on the snapshot's data and version, and keeps the old volume, marked", async () => {
    const { exit, stdout } = await type(`restore --snapshot ${snapshot} --approve ${id}`);
    expect(exit).toBe(0);
    const { VolumeId, Attachments = [] } = await fleet.dataVolume();
    expect(stdout).toContain(`acme is on ${VolumeId}, made of ${snapshot}. ${old} is kept`);
    expect(Attachments[0]).toMatchObject({ InstanceId: (await fleet.instance()).InstanceId, State: "attached" });
    await fleet.settle(20);
    expect(await content()).toMatchObject({ version: "19.2.7", projects: 12 });
    const { Volumes = [] } = await fleet.ec2.describeVolumes({ VolumeIds: [old] });
    expect(Volumes[0]).toMatchObject({ State: "available" });
    expect(Volumes[0]?.Tags).toContainEqual({ Key: "fleetkeeper:name", Value: "volume/data-before" });
    expect((await fleet.run()).actions).toEqual([]);
  });

  it("repeated, says that it is done, and a second restore is a plan of its own", async () => {
    const again = await type(`restore --snapshot ${snapshot} --approve ${id}`);
    expect([again.exit, again.stdout]).toEqual([0, expect.stringContaining("acme is on")]);
    const plan = await type(`restore --snapshot ${snapshot}`);
    expect(plan.exit).toBe(2);
    expect(plan.stderr).not.toContain(id);
  });

  it("whose time is over says what it waits for, and the same command goes on", async () => {
    const swap = swapTo(snapshot, await seeSwap((await fleet.world.reconciler()).engine.readers, "acme"));
    const hasty = attempt(new SandboxHandler(fleet.world.sandbox), swap, 0);
    await expect(hasty).rejects.toMatchObject({ code: "RestoreTimedOut", message: expect.stringContaining("waits: ") });
    const done = await type(`restore --snapshot ${snapshot} --approve ${swapId("acme", swap)}`);
    expect([done.exit, done.stdout]).toEqual([0, expect.stringContaining(`${swap.replaces} is kept`)]);
    await fleet.settle(20);
  });

  it("killed anywhere, is left alone by every run and gone on with by the same command", async () => {
    const swapOf = async () => swapTo(snapshot, await seeSwap((await fleet.world.reconciler()).engine.readers, "acme"));
    const whole = new SandboxHandler(fleet.world.sandbox);
    await edit({ projects: 30 });
    await attempt(whole, await swapOf());
    await fleet.settle(20);
    for (const share of [0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9]) {
      const at = Math.floor(whole.calls * share);
      await edit({ projects: 30 });
      const swap = await swapOf();
      const dying = new SandboxHandler(fleet.world.sandbox, { at, when: "after" });
      await attempt(dying, swap).catch(() => undefined);
      expect(dying.dead).toBe(true);
      const tag = ((await fleet.instance()).Tags ?? []).find(({ Key }) => Key === swapTag)?.Value ?? "";
      await fleet.world.clock.sleep(afterLease);
      const { end } = await fleet.run();
      const { resources } = await fleet.status();
      if (tag.startsWith("done")) expect(resources["host/instance"]?.health?.status, tag).toBe("Healthy");
      else {
        expect(end, tag).not.toBe("Ready");
        expect(resources["host/instance"], tag).toMatchObject({
          sync: "Progressing",
          health: { status: "Degraded" },
        });
      }
      const done = await type(`restore --snapshot ${snapshot} --approve ${swapId("acme", swap)}`);
      expect(done, `killed after call ${at} of ${whole.calls}, ${tag}`).toMatchObject({
        exit: 0,
        stdout: expect.stringContaining(`${swap.replaces} is kept`),
      });
      await fleet.settle(20);
      expect(await content(), `killed after call ${at}`).toMatchObject({ version: "19.2.7", projects: 12 });
    }
    const { Volumes = [] } = await fleet.ec2.describeVolumes({});
    const names = Volumes.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === "fleetkeeper:name")?.Value);
    expect(names.filter((name) => name === "volume/data")).toHaveLength(1);
    expect(names.filter((name) => name === "volume/data-next")).toEqual([]);
  });

  /** One restore by a process of its own. */
  async function attempt(handler: SandboxHandler, swap: Swap, patience?: number) {
    const reconciler = await fleet.world.reconciler(handler);
    const parsed = parseFleet(older(await sampleFile("acme")), "acme");
    if (!parsed.ok) throw new Error("the sample can't be read");
    const { clock } = fleet.world;
    const io = {
      env: {},
      cwd: ".",
      stdout: quiet,
      stderr: quiet,
      interrupted: new AbortController().signal,
      now: () => clock.now(),
      sleep: async (milliseconds: number) => {
        if (handler.dead) throw new Error("the process is dead");
        await clock.sleep(milliseconds);
      },
      random: () => 0.5,
    };
    const session = { io, reconciler, fleet: parsed.fleet };
    return swapVolumes(patience === undefined ? session : { ...session, patience }, swap);
  }
});
