import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BackupManifest, readManifest } from "../../../shared/resources/gitlab/backup-manifest.ts";
import {
  backUpRequest,
  checkGitLabRequest,
  pullImageRequest,
  restoreRequest,
  upgradeRequest,
} from "../../../shared/resources/gitlab/host-requests.ts";
import { gitLabImage, type UpgradeStep } from "../../../shared/resources/gitlab/upgrade-step.ts";
import { codeOf, GitLabWorld, place } from "../../harness/gitlab-world.ts";
import { killEverywhere } from "../../harness/killed-scripts.ts";

const step: UpgradeStep = { kind: "version", from: "17.11.7", to: "18.2.8", edition: "ee", why: "required" };
const postgresql: UpgradeStep = { kind: "postgresql", at: "17.11.7", from: 14, to: 16, before: "18.0.0" };
const before = "20261124T130000Z-before-18.2.8";
const after = "20261124T150000Z-requested";

/** Scripts of the second day, killed before every so many of their commands and sent again: each step needs the ones before. */
describe("a GitLab whose scripts are killed at every command", { shuffle: false }, () => {
  let world: GitLabWorld;
  let saved: BackupManifest;
  beforeAll(async () => {
    world = await GitLabWorld.open(gitLabImage("ee", "17.11.7"));
    world.host.hosts.state.postgresqlOptOut = true;
    await world.use({ projects: 12, users: 5, postgresql: 14 });
  });
  afterAll(() => world.close());
  const kill = (...[command, check, stride]: [Parameters<typeof killEverywhere>[1], () => Promise<void>, number]) =>
    killEverywhere(world.host, command, check, stride);
  const version = async () => (await world.check()).version;

  it("makes one backup, whose manifest is never there before its parts are", async () => {
    const whole = async () => {
      const keys = await world.keys();
      if (!keys.includes(`gitlab/acme/${before}/manifest.json`)) return;
      const manifest = await manifestOf(before);
      for (const { key, sizeBytes } of Object.values(manifest.parts)) {
        expect((await world.object(key)).length).toBe(sizeBytes);
      }
    };
    expect(await kill(backUpRequest(place, before, []), whole, 9)).toBeGreaterThan(15);
    expect((await world.keys()).filter((key) => key.endsWith("manifest.json"))).toHaveLength(1);
  });

  it("pulls its image, and answers what it is asked however often it is killed", async () => {
    await kill(checkGitLabRequest([gitLabImage("ee", "18.2.8")]), async () => undefined, 15);
    await kill(pullImageRequest(gitLabImage("ee", "18.2.8")), async () => undefined, 10);
    expect(await world.check([gitLabImage("ee", "18.2.8")])).toMatchObject({
      pulled: [gitLabImage("ee", "18.2.8")],
      busy: false,
    });
  });

  it("takes no step over PostgreSQL, and none without its backup, wherever it is killed", async () => {
    const none = upgradeRequest(step, "ee", "20261124T125959Z-before-18.2.8", place);
    for (let atCommand = 1; atCommand < 400; atCommand += 40) {
      world.host.hosts.faults.clear();
      world.host.hosts.faults.add({ document: none.document, effect: { type: "kill", atCommand } });
      await world.host.send(none);
      expect(await version()).toBe("17.11.7");
    }
    world.host.hosts.faults.clear();
    expect(codeOf(await world.host.send(none))).toBe("NoBackup");
    await kill(upgradeRequest(postgresql, "ee", before, place), async () => undefined, 11);
    expect(await world.check()).toMatchObject({ version: "17.11.7", postgresql: 16 });
  });

  it("takes its step once, and is at all times of the old or the new version", async () => {
    const sane = async () => {
      expect(["17.11.7", "18.2.8"]).toContain(await version());
    };
    expect(await kill(upgradeRequest(step, "ee", before, place), sane, 9)).toBeGreaterThan(15);
    await world.host.clock.advance(15 * 60_000);
    expect(await world.check()).toMatchObject({ version: "18.2.8", readiness: 200, projects: 12 });
    const ups = world.host.record().calls.filter(({ args }) => args.includes("up") && args.includes("--no-deps"));
    expect(ups.length).toBeGreaterThan(0);
    expect(Object.values(world.host.record().containers).filter(({ service }) => service === "gitlab")).toHaveLength(1);
  });

  it("is never taken for whole while it is half restored", async () => {
    saved = await world.backUp(after);
    world.host.volumeId = "";
    await world.host.launch();
    await world.install(gitLabImage("ee", "18.2.8"));
    const marked = async () => {
      const { projects, restoring, readiness } = await world.check();
      if (projects !== 0) expect(restoring, `with ${projects} projects`).toBe(after);
      if (readiness !== 200) expect(restoring).toBe(after);
    };
    const request = restoreRequest(saved, place, false);
    expect(await kill(request, marked, 9)).toBeGreaterThan(20);
    await world.host.clock.advance(5 * 60_000);
    const last = async () => {
      const { projects } = await world.check();
      expect(projects).toBe(12);
    };
    // Killed between the mark's end and the answer it is whole, and asked again it isn't restored once more.
    for (let atCommand = 1, ended = false; !ended; atCommand += 25) {
      world.host.hosts.faults.add({ document: request.document, effect: { type: "kill", atCommand } });
      const answer = await world.host.send(request);
      await last();
      ended = answer.ok;
      if (answer.ok && answer.outcome.state !== "done") expect(codeOf(answer)).toBe("NotFresh");
    }
    expect(await world.check()).toMatchObject({ projects: 12, users: 5, readiness: 200, restoring: null });
  });

  async function manifestOf(id: string): Promise<BackupManifest> {
    const read = readManifest(Buffer.from(await world.object(`gitlab/acme/${id}/manifest.json`)).toString());
    if ("why" in read) throw new Error(read.why);
    return read;
  }
});
