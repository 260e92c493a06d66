import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { HostFleet } from "../harness/host-fleet.ts";
import { fleetkeeper } from "./terminal.ts";

describe("commands for backups", { shuffle: false }, () => {
  let fleet: HostFleet;
  let server: Awaited<ReturnType<typeof listen>>;
  let id = "";
  const type = (line: string) =>
    fleetkeeper(
      `${line} --endpoint-url ${server.url} --bucket fleetkeeper-state`,
      { AWS_REGION: "eu-central-1" },
      process.cwd(),
      { now: () => fleet.world.clock.now(), sleep: (milliseconds) => fleet.world.clock.sleep(milliseconds) },
    );
  beforeAll(async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    fleet = await HostFleet.open(true);
    await fleet.settle(20);
    server = await listen(fleet.world.sandbox);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await fleet.close();
  });

  it("backups lists the one that was due as soon as GitLab was up", async () => {
    const { exit, stdout } = await type("backups");
    expect(stdout).toMatch(/^\d{8}T\d{6}Z-scheduled {2}GitLab 19\.5\.3-ee, \d+\.\d MiB, \w+ old, without artifacts\n$/);
    expect(exit).toBe(0);
  });

  it("backup makes one more, now", async () => {
    await fleet.world.clock.advance(3_600_000);
    const { exit, stdout, stderr } = await type("backup");
    expect([exit, stderr]).toEqual([0, ""]);
    id = stdout.trim();
    expect((await type("backups")).stdout.split("\n")[0]).toContain(id);
  });

  it("restore names all that speaks against it, and touches nothing", async () => {
    const path = "/srv/fleetkeeper/gitlab/data/.sandbox-gitlab.json";
    const { files } = (await fleet.host()).files;
    const data = JSON.parse(files.text(path) ?? "{}");
    files.write(path, JSON.stringify({ ...data, projects: 3, users: 4 }));
    const { exit, stderr } = await type(`restore --backup ${id}`);
    expect(exit).toBe(1);
    expect(stderr).toContain("nothing was touched: the host's GitLab holds projects or users");
    expect((await type("restore --backup 20200101T000000Z-requested")).stderr).toContain("there is no backup");
    expect(JSON.parse(files.text(path) ?? "{}")).toMatchObject({ projects: 3 });
  });

  it("restore waits until GitLab is ready and says what came back", async () => {
    const { exit, stdout, stderr } = await type(`restore --backup ${id} --overwrite`);
    expect(stderr).toContain("GitLab is starting");
    expect(stdout).toBe(`restored ${id}: 0 projects, 1 users; GitLab is ready and can decrypt its data\n`);
    expect(exit).toBe(0);
  });
});
