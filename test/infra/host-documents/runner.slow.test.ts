import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeApiTokenRequest,
  readRunnerRequest,
  registerRunnerRequest,
  updateRunnerRequest,
  writeRunnerRequest,
} from "../../../shared/resources/runner/host-requests.ts";
import { RunnerWorld, registration, template } from "./runner-world.ts";

describe("a runner's documents on a host", { shuffle: false }, () => {
  let world: RunnerWorld;
  beforeAll(async () => {
    world = await RunnerWorld.open();
  });
  afterAll(() => world.close());

  it("tell that there is nothing yet", async () => {
    expect(await world.hosts.done(readRunnerRequest(world.around(), template))).toMatchObject({
      config: null,
      gitlab: { apiToken: "missing", why: null, runners: {} },
      registering: [],
    });
  });

  it("make the API token on the host, which no one else sees", async () => {
    const answer = await world.hosts.send(makeApiTokenRequest(world.around()));
    expect(answer).toMatchObject({ ok: true, outcome: { state: "done" } });
    const value = world.gitlab.state.accessTokens[0]?.value ?? "";
    expect(value).toMatch(/^glpat-[0-9a-f]{32}$/);
    expect(answer.stdout + answer.stderr).not.toContain(value);
    expect(JSON.stringify(world.hosts.record().calls)).not.toContain(value);
  });

  it("register a runner, and put its token into config.toml alone", async () => {
    const answer = await world.hosts.send(registerRunnerRequest(world.around(), template, registration("acme-build")));
    expect(answer).toMatchObject({ ok: true, outcome: { result: { changed: true, lint: "passed", loaded: true } } });
    const [runner] = world.gitlab.state.runners;
    const token = runner?.token ?? "";
    expect(runner?.attributes).toMatchObject({ description: "acme-build", tagList: ["docker"], maximumTimeout: 3600 });
    expect(await world.config()).toContain(`token = "${token}"`);
    expect(answer.stdout + answer.stderr).not.toContain(token);
    expect(JSON.stringify(world.hosts.record().calls)).not.toContain(token);
  });

  it("make no second runner, and write no second time", async () => {
    const again = registerRunnerRequest(world.around(), template, registration("acme-build"));
    expect(await world.hosts.done(again)).toMatchObject({ changed: false });
    expect(world.gitlab.state.runners).toHaveLength(1);
    expect(await world.hosts.done(writeRunnerRequest(world.around(), template, ["", "acme-build"]))).toMatchObject({
      changed: true,
    });
    expect(await world.hosts.done(writeRunnerRequest(world.around(), template, ["", "acme-build"]))).toMatchObject({
      changed: false,
    });
  });

  it("tell what GitLab has, and set it", async () => {
    const wanted = registration("acme-build");
    const attributes = { ...wanted.attributes, tag_list: ["a", "b"], paused: true };
    await world.hosts.done(updateRunnerRequest(world.around(), { ...wanted, attributes }));
    expect(await world.hosts.done(readRunnerRequest(world.around(), template))).toMatchObject({
      gitlab: { apiToken: "valid", runners: { "acme-build": { tokenValid: true, gone: false, attributes } } },
    });
  });
});
