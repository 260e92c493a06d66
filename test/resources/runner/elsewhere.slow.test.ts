import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandRecord } from "../../harness/command-record.ts";
import { HostFleet, planted } from "../../harness/host-fleet.ts";

const config = "/srv/fleetkeeper/runner/config.toml";
const url = "https://gitlab.elsewhere.example.com";

/** @param secrets of `runners.gitlab`, as the file has them */
const served =
  (secrets: string, edit: (body: string) => string = (body) => body) =>
  (body: string) =>
    edit(
      body
        .replace(/^ {2}runners:$/m, `  runners:\n    gitlab: { url: "${url}", ${secrets} }`)
        .replace("tags: [docker, linux]", "tags: [docker, linux]\n          flow: registration-token"),
    );

function gitlabOf(fleet: HostFleet) {
  const { hosts } = fleet.world;
  if (hosts === undefined) throw new Error("no hosts run");
  return hosts.gitlab;
}

const toml = async (fleet: HostFleet) => (await fleet.host()).files.files.text(config) ?? "";

/** Everybody's commands and what came of them. */
const commands = (fleet: HostFleet) => commandRecord(fleet.world);

describe("runners of a GitLab elsewhere, whose API token is a secret's name", { shuffle: false }, () => {
  let fleet: HostFleet;
  const gitlab = () => gitlabOf(fleet).state;
  const named = (description: string) =>
    gitlab().runners.find(({ attributes }) => attributes.description === description);
  beforeAll(async () => {
    fleet = await HostFleet.open(
      true,
      served("apiTokenSecret: gitlab-api-token, registrationTokenSecret: registration-token"),
    );
    await fleet.secret("gitlab-api-token", planted("gitlab-api-token"));
    await fleet.secret("registration-token", planted("registration-token"));
    gitlab().registrationToken = planted("registration-token");
    gitlabOf(fleet).addAccessToken({
      name: "people's",
      value: planted("gitlab-api-token"),
      scopes: ["create_runner", "manage_runner"],
      admin: true,
      expiresAt: null,
    });
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  it("are registered, by the token of either flow, and make no token of their own", async () => {
    expect(
      gitlab()
        .runners.map(({ attributes, legacy }) => [attributes.description, legacy])
        .sort(),
    ).toEqual([
      ["acme build machines", true],
      ["acme-next", false],
    ]);
    const text = await toml(fleet);
    for (const { token } of gitlab().runners) expect(text).toContain(`token = "${token}"`);
    expect(text).toContain(`url = "${url}"`);
    expect(gitlab().accessTokens).toHaveLength(1);
    expect((await fleet.run()).end).toBe("Ready");
  });

  it("have all attributes of the file, whichever flow made them", () => {
    expect(named("acme build machines")?.attributes).toMatchObject({
      tagList: ["docker", "linux"],
      runUntagged: true,
      maximumTimeout: 3600,
    });
  });

  it("are changed in place, not made anew", async () => {
    const { id = 0, token } = named("acme build machines") ?? {};
    await fleet.push(
      served("apiTokenSecret: gitlab-api-token, registrationTokenSecret: registration-token", (body) =>
        body
          .replace("tags: [docker, linux]", "tags: [docker, arm]")
          .replace("maximumTimeout: 1h", "maximumTimeout: 2h"),
      ),
    );
    await fleet.settle(3);
    expect(named("acme build machines")).toMatchObject({
      id,
      token,
      attributes: { tagList: ["arm", "docker"], maximumTimeout: 7200 },
    });
  });

  it("are made anew where GitLab says that they are gone, each once", async () => {
    gitlab().runners.length = 0;
    await fleet.settle(4);
    expect(gitlab().runners).toHaveLength(2);
    for (const { token } of gitlab().runners) expect(await toml(fleet)).toContain(`token = "${token}"`);
  });

  it("are removed when their fleet leaves the file, even if somebody took the section out of config.toml before", async () => {
    const { files } = (await fleet.host()).files;
    const sections = (await toml(fleet)).split(/^(?=\[\[runners\]\])/m);
    files.write(config, sections.filter((one) => !one.includes('name = "acme-build"')).join(""));
    await fleet.push((body) =>
      served("apiTokenSecret: gitlab-api-token")(body.replace(/ {6}- name: build\n[\s\S]*?(?= {6}- name: next)/, "")),
    );
    await fleet.settle(4, { force: true });
    expect(gitlab().runners.map(({ attributes }) => attributes.description)).toEqual(["acme-next"]);
  });

  it("showed no token to Systems Manager", () => {
    for (const name of ["gitlab-api-token", "registration-token"]) expect(commands(fleet)).not.toContain(planted(name));
    for (const { token } of gitlab().runners) expect(commands(fleet)).not.toContain(token);
  });
});

describe("runners of an old GitLab, of which only a registration token is known", { shuffle: false }, () => {
  let fleet: HostFleet;
  const gitlab = () => gitlabOf(fleet).state;
  const onlyBuild = served("registrationTokenSecret: registration-token", (body) =>
    body.replace(/ {6}- name: next\n[\s\S]*?(?=\n {2}garbageCollection:)/, ""),
  );
  beforeAll(async () => {
    fleet = await HostFleet.open(true, onlyBuild);
    await fleet.secret("registration-token", planted("registration-token"));
    gitlab().registrationToken = planted("registration-token");
    await fleet.settle(20);
  });
  afterAll(() => fleet.close());

  it("are registered once, with their attributes, and left alone", async () => {
    expect(gitlab().runners).toMatchObject([
      {
        legacy: true,
        attributes: { description: "acme build machines", tagList: ["docker", "linux"], maximumTimeout: 3600 },
      },
    ]);
    const [runner] = gitlab().runners;
    expect(await toml(fleet)).toContain(`token = "${runner?.token}"`);
    expect((await fleet.run()).end).toBe("Ready");
    expect(gitlab().runners).toHaveLength(1);
  });

  it("say so where that GitLab takes no registration tokens any more", async () => {
    gitlab().runners.length = 0;
    gitlab().registrationToken = null;
    const record = await fleet.run();
    expect(record.end).toBe("Failed");
    const { resources } = await fleet.status();
    expect(resources["runner/section/acme-build"]?.failure?.message).toContain("takes no registration tokens");
  });
});
