import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actionsOn, HostFleet } from "../../harness/host-fleet.ts";

const config = "/srv/fleetkeeper/runner/config.toml";

describe("runners of a fleet", { shuffle: false }, () => {
  let fleet: HostFleet;
  beforeAll(async () => {
    fleet = await HostFleet.open(true);
    await fleet.settle(20);
  }, 300_000);
  afterAll(() => fleet.close());

  const gitlab = () => {
    const { hosts } = fleet.world;
    if (hosts === undefined) throw new Error("no hosts run");
    return hosts.gitlab;
  };
  const toml = async () => (await fleet.host()).files.files.text(config) ?? "";
  const edit = async (change: (text: string) => string) => {
    const { files } = (await fleet.host()).files;
    const before = await toml();
    const after = change(before);
    expect(after).not.toBe(before);
    files.write(config, after);
  };

  it("are registered in GitLab, each with its section and its token", async () => {
    const { runners } = gitlab().state;
    expect(runners.map(({ attributes }) => attributes.description).sort()).toEqual([
      "acme build machines",
      "acme-next",
    ]);
    const text = await toml();
    for (const { token } of runners) expect(text).toContain(`token = "${token}"`);
    expect(text).toContain('"amazonec2-zone=');
  });

  it("are left alone by the next run", async () => {
    const before = await toml();
    const calls = gitlab().state.calls.length;
    expect((await fleet.run()).end).toBe("Ready");
    expect(await toml()).toBe(before);
    const writes = gitlab()
      .state.calls.slice(calls)
      .filter(({ method, path }) => method !== "GET" && !path.endsWith("/verify"));
    expect(writes).toEqual([]);
  });

  it.each([
    ["limit", /^limit = 20$/m, "limit = 19", "runner/section/acme-build", "runners[acme-build].limit"],
    ["an image", "alpine:3.22", "alpine:latest", "runner/section/acme-build", "runners[acme-build].docker.image"],
    ["an idle count", "IdleScaleFactor = 0.5", "IdleScaleFactor = 0.9", "runner/section/acme-build", "IdleScaleFactor"],
    ["the global part", /^concurrent = 30$/m, "concurrent = 7", "runner/manager", "concurrent"],
    ["what may be a secret", "DOCKER_TLS_CERTDIR=/certs", "X=y", "runner/section/acme-build", "environment[0]"],
  ])("have %s put back that was edited by hand", async (_, from, to, target, path) => {
    await edit((text) => text.replace(from, to));
    const records = await fleet.settle(2);
    expect(actionsOn(records[0] ?? expect.fail(), target).join()).toContain(path);
    expect(await toml()).not.toContain(to);
  });

  it("have their attributes in GitLab put back", async () => {
    const runner = gitlab().state.runners.find(({ attributes }) => attributes.description === "acme build machines");
    if (runner === undefined) throw new Error("there is no such runner");
    runner.attributes = { ...runner.attributes, tagList: ["other"], paused: true };
    const records = await fleet.settle(2);
    expect(actionsOn(records[0] ?? expect.fail(), "runner/section/acme-build")).toEqual([
      "update gitlab.tag_list gitlab.paused",
    ]);
    expect(runner.attributes).toMatchObject({ tagList: ["docker", "linux"], paused: false });
  });

  it("are registered again where GitLab knows them no more", async () => {
    gitlab().state.runners.length = 0;
    await fleet.settle(3);
    expect(gitlab().state.runners).toHaveLength(2);
  });

  it("get their tokens back where somebody spoilt them, as the same runners", async () => {
    const ids = () =>
      gitlab()
        .state.runners.map(({ id }) => id)
        .sort();
    const before = ids();
    await edit((text) => text.replaceAll(/^token = .*$/gm, 'token = "glrt-spoilt"'));
    await fleet.settle(3);
    expect(ids()).toEqual(before);
    await edit(() => "");
    await fleet.settle(3);
    expect(ids()).toEqual(before);
  });

  it("take a change of limits, tags and images without a restart of the manager", async () => {
    const started = async () =>
      Object.values((await fleet.host()).record.containers).find(({ service }) => service === "gitlab-runner")
        ?.startedAt;
    const before = await started();
    await fleet.push((body) =>
      body
        .replace("limit: 20", "limit: 25")
        .replace("tags: [docker, linux]", "tags: [docker]")
        .replace("alpine:3.22", "alpine:3.23"),
    );
    await fleet.settle(3);
    expect(await toml()).toMatch(/^limit = 25$/m);
    expect(gitlab().state.runners.map(({ attributes }) => attributes.tagList)).toContainEqual(["docker"]);
    expect(await started()).toBe(before);
  });

  it("renew the API token before it ends", async () => {
    const count = gitlab().state.accessTokens.length;
    await fleet.world.clock.sleep(45 * 86_400_000);
    await fleet.settle(4);
    expect(gitlab().state.accessTokens).toHaveLength(count + 1);
  });

  it("end with their fleet, once their jobs are over", async () => {
    const runner = gitlab().state.runners.find(({ attributes }) => attributes.description === "acme build machines");
    const job = {
      id: 900,
      runnerId: runner?.id ?? 0,
      systemId: "",
      status: "running",
      name: "job",
      createdAt: 0,
    } as const;
    gitlab().state.jobs.push(job);
    await fleet.push((body) => body.replace(/ {6}- name: build\n[\s\S]*?(?= {6}- name: next)/, ""));
    for (let runs = 0; runs < 2; runs += 1) {
      await fleet.run({ force: true });
      await fleet.world.clock.sleep(90_000);
    }
    expect(gitlab().state.runners).toHaveLength(2);
    expect(runner?.attributes.paused).toBe(true);
    gitlab().state.jobs.length = 0;
    await fleet.settle(4, { force: true });
    expect(gitlab().state.runners.map(({ attributes }) => attributes.description)).toEqual(["acme-next"]);
    expect(await toml()).not.toContain("acme-build");
  });
});
