import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

describe("a manager with a running job", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true);
    await fleet.settle(20);
    (await fleet.host()).record.manager.jobs = 1;
  });
  afterAll(async () => {
    await fleet.close();
  });

  const manager = async () => {
    const { record } = await fleet.host();
    const container = Object.values(record.containers).find(({ service }) => service === "gitlab-runner");
    return {
      id: container?.id,
      startedAt: container?.startedAt,
      restarts: container?.restarts,
      quitting: container?.quitting,
    };
  };
  const gitlab = () => fleet.world.hosts?.gitlab.state ?? expect.fail("no hosts run");
  const toml = async () => (await fleet.host()).files.files.text("/srv/fleetkeeper/runner/config.toml") ?? "";

  it.each<[string, (body: string) => string, RegExp]>([
    ["tags", (body) => body.replace("tags: [docker, linux]", "tags: [docker, arm]"), /./],
    ["limits", (body) => body.replace("limit: 20", "limit: 25"), /^limit = 25$/m],
    ["periods", (body) => body.replace("* * 8-17 * * mon-fri *", "* * 7-18 * * mon-fri *"), /7-18/],
    ["idle counts", (body) => body.replace("idleCount: 10", "idleCount: 4"), /^IdleCount = 4$/m],
    ["images", (body) => body.replaceAll("alpine:3.22", "alpine:3.23"), /alpine:3\.23/],
    ["machine images", (body) => body.replace("rootSizeGiB: 50", "rootSizeGiB: 60"), /amazonec2-root-size=60/],
    [
      "policies",
      (body) => body.replace("idleCount: 2, idleTime: 20m", "idleCount: 3, idleTime: 20m"),
      /^idle_count = 3$/m,
    ],
  ])("isn't restarted and keeps its job over a change of %s", async (_, edit, written) => {
    const before = await manager();
    const calls = gitlab().calls.length;
    const { record } = await fleet.host();
    const commands = record.calls.length;
    await fleet.push(edit);
    await fleet.settle(3);
    expect(await toml()).toMatch(written);
    expect(await manager()).toEqual(before);
    expect(record.manager.jobs).toBe(1);
    expect(gitlab().runners.some(({ attributes }) => attributes.paused)).toBe(false);
    expect(
      gitlab()
        .calls.slice(calls)
        .filter(({ method }) => method === "DELETE"),
    ).toEqual([]);
    const stops = record.calls
      .slice(commands)
      .filter(({ args }) => /\b(?:stop|kill|restart|rm|up)\b/.test(args.join(" ")));
    expect(stops).toEqual([]);
  });

  const sessions = (body: string) =>
    body.replace(/^ {6}concurrent: 30.*$/m, "      concurrent: 30\n      sessionServer: { sessionTimeout: 45m }");
  const listening = (body: string) =>
    body.replace(/^ {6}concurrent: 30.*$/m, '      concurrent: 30\n      listenAddress: "0.0.0.0:9252"');

  it("would be drained first for another listen address, and the plan says so", async () => {
    await fleet.push(listening);
    const record = await fleet.run();
    const held = record.held.find(({ target }) => target.name === "manager");
    expect(held).toMatchObject({ risk: "disruptive", hold: { reason: "WindowClosed" } });
    const { resources } = await fleet.status();
    expect(resources["runner/manager"]?.message).toMatch(/window/i);
    expect(actionsOn(record, "runner/manager")).toEqual([]);
    expect(await toml()).toContain('listen_address = ":9252"');
  });

  it("is drained for another session server, and started again only after its last job", async () => {
    const before = await manager();
    await fleet.push(sessions);
    for (let runs = 0; runs < 2; runs += 1) {
      await fleet.run({ force: true });
      await fleet.world.clock.sleep(15 * 60_000);
    }
    expect((await manager()).id).toBe(before.id);
    expect((await manager()).quitting).toBe(true);
    expect(await toml()).not.toContain("session_timeout = 2700");
    (await fleet.host()).record.manager.jobs = 0;
    await fleet.settle(6, { force: true });
    const after = await manager();
    expect(after.id).not.toBe(before.id);
    expect(await toml()).toContain("session_timeout = 2700");
    expect((await fleet.run()).end).toBe("Ready");
  });

  it("is drained for another listen address, and started again only after its last job", async () => {
    const before = await manager();
    (await fleet.host()).record.manager.jobs = 1;
    await fleet.push(listening);
    for (let runs = 0; runs < 2; runs += 1) {
      await fleet.run({ force: true });
      await fleet.world.clock.sleep(15 * 60_000);
    }
    expect(await manager()).toMatchObject({ id: before.id, quitting: true });
    expect(await toml()).toContain('listen_address = ":9252"');
    (await fleet.host()).record.manager.jobs = 0;
    await fleet.settle(8, { force: true });
    expect((await manager()).id).not.toBe(before.id);
    expect(await toml()).toContain('listen_address = "0.0.0.0:9252"');
    expect((await fleet.run()).end).toBe("Ready");
  });
});
