import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostFleet } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";

describe("commands for backups", { shuffle: false }, () => {
  let fleet: HostFleet;
  let typed: TypedFleet;
  let id = "";
  const type = (line: string) => typed.type(line);
  beforeAll(async () => {
    typed = await TypedFleet.open();
    fleet = typed.fleet;
  });
  afterAll(() => typed[Symbol.asyncDispose]());

  it("backups lists the one that was due as soon as GitLab was up, and the snapshot with it", async () => {
    const { exit, stdout } = await type("backups");
    expect(stdout).toMatch(
      /^\d{8}T\d{6}Z-scheduled {2}GitLab 19\.5\.3-ee, \d+\.\d MiB, \w+ old, without artifacts\nsnap-\w+ {2}GitLab 19\.5\.3-ee, snapshot of vol-\w+, \w+, \w+ old\n$/,
    );
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
