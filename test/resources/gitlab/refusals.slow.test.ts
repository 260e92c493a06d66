import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../../shared/engine/record.ts";
import { HostFleet } from "../../harness/host-fleet.ts";
import { lookAtSandbox, Taint } from "../../harness/taint.ts";
import { atVersion, onlyGitLab, versionSteps } from "../../harness/upgraded-fleet.ts";

const data = "/srv/fleetkeeper/gitlab/data/.sandbox-gitlab.json";
const file =
  (version: string, more: (body: string) => string = (body) => body) =>
  (body: string) =>
    more(onlyGitLab(atVersion(version)(body)));

/** A fleet at 18.11 whose file asks for what can't be done; each part needs the ones before. */
describe("an upgrade that must not be", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true, file("18.11.12"));
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  /** Containers as they are: what was stopped or made anew shows. */
  async function containers() {
    const { record } = await fleet.host();
    return Object.values(record.containers).map(({ id, startedAt, status }) => ({ id, startedAt, status }));
  }

  const held = (record: RunRecord) =>
    record.held.filter(({ target }) => target.kind === "gitlab").map(({ hold }) => `${hold.reason}: ${hold.message}`);

  it.each<[string, (body: string) => string, RegExp]>([
    ["a downgrade", file("18.8.11"), /Refused: GitLab 18\.11\.12 runs and can't go back to 18\.8\.11/],
    [
      "an edition that loses data",
      file("18.11.12", (body) => body.replace("edition: ee", "edition: ce")),
      /Refused: .*loses what only Enterprise has/,
    ],
    [
      "a path that nobody knows",
      file("20.1.0"),
      /Refused: .*name the required stops of GitLab 20 up to 20\.1\.0 in host\.gitlab\.upgradePath/,
    ],
    [
      "a required stop whose newest patch isn't known",
      file("19.9.1"),
      /Refused: GitLab 19\.8 is a required stop whose newest patch isn't known/,
    ],
  ])("is refused before anything stops, with the reason: %s", async (_what, edit, message) => {
    const before = await containers();
    await fleet.push(edit);
    const record = await fleet.run();
    expect(held(record).join("\n")).toMatch(message);
    expect(versionSteps([record])).toEqual([]);
    expect(await containers()).toEqual(before);
    const { conditions } = await fleet.status();
    expect(conditions.find(({ type }) => type === "Stalled")).toMatchObject({ status: "True", reason: "PersonNeeded" });
  });

  it("is refused with a removed setting left in the file, naming it and the version that removed it", async () => {
    const before = await containers();
    const mattermost = (body: string) =>
      body.replace("      omnibus: #", "      omnibus:\n        mattermost: { enable: true } #");
    await fleet.push(file("19.5.3", mattermost));
    const record = await fleet.run();
    const said = JSON.stringify([record.held, record.conditions, record.failure]);
    expect(said).toContain("GitLab 19.0.0 removed mattermost, and 19.5.3 doesn't start with it");
    expect(versionSteps([record])).toEqual([]);
    expect(await containers()).toEqual(before);
  });

  it("waits for the maintenance window with its backup and its step, pulls the image before it, and plan says all of it", async () => {
    const before = await containers();
    const windows = (body: string) =>
      body.replace(
        /\n {2}notifications:/,
        '\n  maintenance:\n    timeZone: UTC\n    windows:\n      - { days: [Sat, Sun], start: "02:00", duration: 3h }\n  notifications:',
      );
    await fleet.push(file("19.5.3", windows));
    const records: RunRecord[] = [];
    for (let runs = 0; runs < 3; runs += 1) {
      records.push(await fleet.run());
      await fleet.world.clock.sleep(60_000);
    }
    const last = records.at(-1);
    expect(last === undefined ? [] : held(last)).toEqual([
      expect.stringMatching(/^WindowClosed: waits for the maintenance window at 2026-11-28T02:00/),
    ]);
    expect(versionSteps(records)).toEqual([]);
    expect(await containers()).toEqual(before);
    const { record } = await fleet.host();
    const tags = Object.values(record.images).flatMap((image) => image.tags);
    expect(tags).toContain("gitlab/gitlab-ee:19.2.7-ee.0");
  });

  it("goes no further where background migrations failed, and status says what a person may do", async () => {
    await fleet.push(file("19.5.3"));
    const { files } = (await fleet.host()).files;
    const kept = JSON.parse(files.text(data) ?? "{}");
    files.write(data, JSON.stringify({ ...kept, migrations: [{ name: "BackfillX", endsAt: 0, failed: true }] }));
    const record = await fleet.run();
    expect(held(record)).toEqual([
      expect.stringMatching(/^Refused: 1 background migrations of GitLab 18\.11\.12 failed: retry them/),
    ]);
    const { resources } = await fleet.status();
    expect(resources["gitlab/version"]).toMatchObject({ sync: "Held", message: expect.stringContaining("retry them") });
    files.write(data, JSON.stringify(kept));
  });

  it("takes no second step after one that failed, and status says that GitLab doesn't run and where to look", async () => {
    const unmended = (await fleet.host()).files.files;
    const kept = JSON.parse(unmended.text(data) ?? "{}");
    for (let runs = 0; runs < 12; runs += 1) {
      await fleet.run();
      const { record } = await fleet.host();
      if (Object.values(record.containers).some(({ image }) => image.includes("19.2.7"))) break;
      await fleet.world.clock.sleep(60_000);
    }
    // The new version finds something that it can't start with.
    const { record } = await fleet.host();
    for (const container of Object.values(record.containers)) container.status = "exited";
    unmended.write(data, JSON.stringify({ ...kept, postgresql: 13 }));
    const records: RunRecord[] = [];
    for (let runs = 0; runs < 2; runs += 1) {
      records.push(await fleet.run());
      await fleet.world.clock.sleep(5 * 60_000);
    }
    expect(versionSteps(records)).toEqual([]);
    const { resources } = await fleet.status();
    expect(JSON.stringify(resources["gitlab/version"])).toMatch(/fleetkeeper logs gitlab/);
  });

  it("tells nobody what is in the secrets file: it is on the host's disk and, encrypted, in the backups", async () => {
    const taint = new Taint();
    const { files } = (await fleet.host()).files;
    const secrets = JSON.parse(files.text("/srv/fleetkeeper/gitlab/config/gitlab-secrets.json") ?? "{}");
    taint.add("db_key_base", secrets.gitlab_rails.db_key_base);
    const configuration = /gitlab\/acme\/[^/]+\/configuration\.tar/;
    lookAtSandbox(taint, fleet.world.sandbox, {
      allowedCall: ({ service, operation, input }) =>
        service === "s3" && operation === "PutObject" && configuration.test(JSON.stringify(input).slice(0, 400)),
      allowedState: (path) => path.startsWith("s3") && path.includes("configuration.tar"),
    });
    expect(taint.leaks()).toEqual([]);
    const puts = fleet.world.sandbox.calls.all().filter(({ operation }) => operation === "PutObject");
    expect(puts.some(({ input }) => configuration.test(JSON.stringify(input).slice(0, 400)))).toBe(true);
  });
});
