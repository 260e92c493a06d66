import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandRecord } from "../harness/command-record.ts";
import type { HostFleet } from "../harness/host-fleet.ts";
import { TypedFleet } from "../harness/typed-fleet.ts";

describe("runners", { shuffle: false }, () => {
  let fleet: HostFleet;
  let typed: TypedFleet;
  const type = (line: string) => typed.type(line);
  const gitlab = () => fleet.world.hosts?.gitlab.state ?? expect.fail("no hosts run");
  const build = () =>
    gitlab().runners.find(({ attributes }) => attributes.description === "acme build machines") ??
    expect.fail("no such runner");
  const config = async () => (await fleet.host()).files.files.text("/srv/fleetkeeper/runner/config.toml") ?? "";
  const machine = "/srv/fleetkeeper/machine/machines";

  beforeAll(async () => {
    typed = await TypedFleet.open();
    fleet = typed.fleet;
  });
  afterAll(() => typed[Symbol.asyncDispose]());

  it("are shown with what GitLab says beside what the file says", async () => {
    const { exit, stdout, stderr } = await type("runners");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^RUNNER +ID +GITLAB +VERSION +JOBS +MANAGERS +CONTACTED +FILE$/m);
    expect(stdout).toMatch(
      /^acme-build +\d+ +online +19\.5\.1 +0 of 20 +1 +\d+[smh]\S* ago +docker\+machine, docker linux$/m,
    );
    expect(exit).toBe(0);
  });

  it("are shown as JSON, running jobs, managers and differences included", async () => {
    const { id } = build();
    const manager = build().managers[0]?.systemId ?? "";
    gitlab().jobs.push({ id: 900, runnerId: id, systemId: manager, status: "running", name: "job", createdAt: 0 });
    build().attributes = { ...build().attributes, paused: true };
    const { exit, stdout } = await type("runners -o json");
    expect(exit).toBe(2);
    const [first] = JSON.parse(stdout).runners;
    expect(first).toMatchObject({
      fleet: "build",
      section: "acme-build",
      gitlab: { id, state: "registered", online: true, jobs: 1, managers: [{ systemId: manager, busy: true }] },
      file: { executor: "docker+machine", limit: 20, paused: false },
      differences: [{ attribute: "paused", gitlab: true, file: false }],
    });
    gitlab().jobs.length = 0;
    await fleet.settle(2);
  });

  it("leave no token with whoever asks, nor in what Systems Manager keeps", async () => {
    const shown = await type("runners -o json");
    const record = commandRecord(fleet.world);
    for (const token of [
      ...gitlab().runners.map((one) => one.token),
      ...gitlab().accessTokens.map((one) => one.value),
    ]) {
      expect(JSON.stringify(shown) + record).not.toContain(token);
    }
  });

  it("name what they take", async () => {
    expect((await type("runners rotate")).stderr).toContain("rotate NAME");
    expect((await type("runners rotate nothing")).stderr).toMatch(/no runners named "nothing"; it has build, next/);
  });

  it("get a new token only once their jobs and machines have ended, and are themselves again afterwards", async () => {
    const before = build().token;
    const { files } = (await fleet.host()).files;
    const short = before.replace(/^glrt-t\d_/, "").slice(0, 9);
    const directory = `${machine}/runner-${short}-acme-build-1700000000-0a1b2c3d`;
    files.write(`${directory}/config.json`, "{}");
    gitlab().jobs.push({ id: 901, runnerId: build().id, systemId: "", status: "running", name: "job", createdAt: 0 });
    expect(await type("runners rotate build")).toMatchObject({ exit: 0, stderr: "" });
    expect((await type("plan")).stdout).toMatch(/acme-build[\s\S]*a new token was asked for[\s\S]*drains first/);
    for (let runs = 0; runs < 2; runs += 1) {
      await fleet.run({ force: true });
      await fleet.world.clock.sleep(90_000);
    }
    expect(build().token).toBe(before);
    expect(build().attributes.paused).toBe(true);
    expect((await type("runners")).stdout).toContain("acme-build: gets a new token, once its jobs and machines");
    gitlab().jobs.length = 0;
    await fleet.run({ force: true });
    expect(build().token, "a machine is left").toBe(before);
    files.remove(directory);
    await fleet.world.clock.sleep(90_000);
    await fleet.settle(4, { force: true });
    expect(build().token).not.toBe(before);
    expect(await config()).toContain(`token = "${build().token}"`);
    expect(build().attributes.paused).toBe(false);
    expect(await config()).toContain("IdleScaleFactor = 0.5");
    expect((await type("runners")).exit).toBe(0);
  });

  it("keep their token where the request is taken back, or the runner renewed it itself", async () => {
    const before = build().token;
    await type("runners rotate build");
    expect(await type("runners rotate build --cancel")).toMatchObject({ exit: 0 });
    expect((await fleet.run({ force: true })).end).toBe("Ready");
    expect(build().token).toBe(before);
    await type("runners rotate build");
    // As the runner does it: GitLab first, then the file.
    build().token = "glrt-t1_renewedbytherunner0";
    const { files } = (await fleet.host()).files;
    files.write("/srv/fleetkeeper/runner/config.toml", (await config()).replace(before, build().token));
    expect((await fleet.run({ force: true })).end).toBe("Ready");
    expect(build().token).toBe("glrt-t1_renewedbytherunner0");
  });

  it("wait for the maintenance window with it", async () => {
    const before = build().token;
    await type("runners rotate build");
    const record = await fleet.run();
    expect(record.held.map(({ target, hold }) => `${target.name} ${hold.reason}`)).toEqual([
      "section/acme-build WindowClosed",
    ]);
    expect(build().token).toBe(before);
    expect(build().attributes.paused).toBe(false);
  });
});
