import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backUpRequest, pullImageRequest, upgradeRequest } from "../../../shared/resources/gitlab/host-requests.ts";
import { gitLabImage, type UpgradeStep } from "../../../shared/resources/gitlab/upgrade-step.ts";
import { codeOf, GitLabWorld, place } from "../../harness/gitlab-world.ts";
import { noHosts } from "../../harness/hosts-here.ts";

const step = (from: string, to: string): UpgradeStep => ({ kind: "version", from, to, edition: "ee", why: "required" });
const first = "20261124T130000Z-before-17.11.7";
const secrets = "/srv/fleetkeeper/gitlab/config/gitlab-secrets.json";

/** One GitLab through its second day: each step needs the ones before. */
describe.skipIf(noHosts !== undefined)("a GitLab's second day", { shuffle: false }, () => {
  let world: GitLabWorld;
  beforeAll(async () => {
    world = await GitLabWorld.open(gitLabImage("ee", "17.8.7"));
    world.host.hosts.state.postgresqlOptOut = true;
    await world.use({ projects: 12, users: 5 });
  });
  afterAll(() => world.close());
  const upgrade = (one: UpgradeStep, backup = first) => world.host.send(upgradeRequest(one, "ee", backup, place));

  it("begins with what an upgrade waits for", async () => {
    expect(await world.check([gitLabImage("ee", "17.11.7")])).toEqual({
      version: "17.8.7",
      edition: "ee",
      readiness: 200,
      postgresql: 14,
      migrations: { unfinished: 0, failed: 0, names: [] },
      projects: 12,
      users: 5,
      pulled: [],
      busy: false,
      restoring: null,
    });
  });

  it("takes no step without its backup", async () => {
    expect(codeOf(await upgrade(step("17.8.7", "17.11.7")))).toBe("NoBackup");
    expect((await world.check()).version).toBe("17.8.7");
  });

  it("backs up data, secrets file and configuration, the manifest last, and no second time under one name", async () => {
    const manifest = await world.backUp(first, ["artifacts"]);
    expect(manifest).toMatchObject({
      id: first,
      fleet: "acme",
      gitlab: { version: "17.8.7", edition: "ee" },
      secretsFile: true,
      skipped: ["artifacts"],
    });
    expect(await world.keys()).toEqual([
      `gitlab/acme/${first}/configuration.tar`,
      `gitlab/acme/${first}/data.tar`,
      `gitlab/acme/${first}/manifest.json`,
    ]);
    expect((await world.object(manifest.parts.data.key)).length).toBe(manifest.parts.data.sizeBytes);
    const configuration = Buffer.from(await world.object(manifest.parts.configuration.key)).toString("latin1");
    expect(configuration).toContain("gitlab/config/gitlab-secrets.json");
    expect(configuration).toContain("stack/docker-compose.yaml");
    const again = await world.backUp(first);
    expect(again).toEqual(manifest);
    const { files } = await world.host.host();
    expect(files.exists(`/srv/fleetkeeper/gitlab/data/backups/${first}_gitlab_backup.tar`)).toBe(false);
  });

  it("makes one backup at a time, and is busy for as long as it takes", async () => {
    const ids = ["20261124T131000Z-requested", "20261124T131001Z-scheduled"];
    const answers = await Promise.all(ids.map((id) => world.host.send(backUpRequest(place, id, []))));
    const states = answers.map((answer) => (answer.ok ? answer.outcome.state : answer.why));
    expect(states.sort()).toEqual(["done", "failed"]);
    expect(answers.map(codeOf)).toContain("Busy");
  });

  it("takes no step before the image is pulled, from another version, or with a removed setting in its configuration", async () => {
    expect(codeOf(await upgrade(step("17.8.7", "17.11.7")))).toBe("ImageNotPulled");
    await world.host.done(pullImageRequest(gitLabImage("ee", "17.11.7")));
    expect(codeOf(await upgrade(step("17.5.5", "17.11.7")))).toBe("OtherVersion");
    const { files } = await world.host.host();
    files.write("/srv/fleetkeeper/gitlab/config/gitlab.rb", "grafana['enable'] = false\n");
    const answer = await upgrade(step("17.8.7", "17.11.7"));
    expect(answer).toMatchObject({
      outcome: { code: "RemovedSetting", message: expect.stringContaining("grafana (removed in 17.1)") },
    });
    files.write("/srv/fleetkeeper/gitlab/config/gitlab.rb", "");
    expect((await world.check()).version).toBe("17.8.7");
  });

  it("takes the step, once, and is ready minutes later", async () => {
    const one = upgradeRequest(step("17.8.7", "17.11.7"), "ee", first, place);
    expect(await world.host.done(one)).toEqual({ started: true, arrived: false });
    expect(await world.host.done(one)).toEqual({ started: false, arrived: true });
    expect((await world.host.facts(["/srv/fleetkeeper/stack/.env"])).files[0]).toMatchObject({ intact: true });
    await world.host.clock.advance(3 * 60_000);
    expect(await world.check()).toMatchObject({
      version: "17.11.7",
      readiness: 200,
      postgresql: 14,
      migrations: { unfinished: 1, failed: 0, names: ["BackfillFor17_11_7"] },
    });
  });

  it("waits for background migrations, then for PostgreSQL", async () => {
    const second = "20261124T140000Z-before-18.2.8";
    await world.backUp(second);
    await world.host.done(pullImageRequest(gitLabImage("ee", "18.2.8")));
    expect(codeOf(await upgrade(step("17.11.7", "18.2.8"), second))).toBe("MigrationsUnfinished");
    await world.host.clock.advance(10 * 60_000);
    expect(codeOf(await upgrade(step("17.11.7", "18.2.8"), first))).toBe("NoBackup");
    const postgresql: UpgradeStep = { kind: "postgresql", at: "17.11.7", from: 14, to: 16, before: "18.0.0" };
    expect(await world.host.done(upgradeRequest(postgresql, "ee", second, place))).toEqual({ postgresql: 16 });
    expect(await world.host.done(upgradeRequest(postgresql, "ee", second, place))).toEqual({ postgresql: 16 });
    await world.host.done(upgradeRequest(step("17.11.7", "18.2.8"), "ee", second, place));
    await world.host.clock.advance(15 * 60_000);
    expect(await world.check()).toMatchObject({ version: "18.2.8", readiness: 200, migrations: { unfinished: 0 } });
  });

  it("never tells the secrets file's content", async () => {
    const { files } = await world.host.host();
    const content = files.text(secrets) ?? "";
    const secret = /"db_key_base":"([^"]+)"/.exec(content)?.[1] ?? "";
    expect(secret).not.toBe("");
    const answer = await world.host.send(upgradeRequest(step("18.2.8", "18.5.7"), "ee", first, place));
    expect(answer.stdout + answer.stderr).not.toContain(secret);
    expect(files.text("/var/log/fleetkeeper/back-up.log")).not.toContain(secret);
  });
});
