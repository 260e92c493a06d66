import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HostCommand } from "../../../shared/resources/common/host-command.ts";
import { gitLabAnswer } from "../../../shared/resources/machines/gitlab-answer.ts";
import { askGitLabRequest, removeManagerRowRequest } from "../../../shared/resources/machines/host-requests.ts";
import { makeApiTokenRequest, registerRunnerRequest } from "../../../shared/resources/runner/host-requests.ts";
import { RunnerWorld, registration, template } from "./runner-world.ts";

const day = 24 * 3_600_000;
const machine = "runner-t9wkyjhg-acme-build-1700000000-00000001";
const stale = "r_stalestale00";

describe("what GitLab is asked on its runners' host", { shuffle: false }, () => {
  let world: RunnerWorld;
  const runner = () => world.gitlab.state.runners[0] ?? expect.fail("no runner is registered");
  const own = async () => (await world.hosts.host()).files.text("/srv/fleetkeeper/runner/.runner_system_id") ?? "";
  const ask = async (traces = true) =>
    gitLabAnswer(await world.hosts.done(askGitLabRequest({ ...world.around() }, traces)));
  const remove = async (systemId: string) =>
    world.hosts.done(removeManagerRowRequest({ ...world.around() }, runner().id, systemId));
  const code = async (command: HostCommand) => {
    const answer = await world.hosts.send(command);
    return answer.ok && answer.outcome.state === "failed" ? answer.outcome.code : answer;
  };
  const job = (trace: string, id = 71) => ({
    id,
    runnerId: runner().id,
    systemId: "",
    status: "running" as const,
    name: "build",
    createdAt: world.hosts.clock.now(),
    trace,
  });

  beforeAll(async () => {
    world = await RunnerWorld.open();
    await world.hosts.done(makeApiTokenRequest(world.around()));
    await world.hosts.done(registerRunnerRequest(world.around(), template, registration("acme-build")));
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.gitlab.state.jobs.splice(0);
    world.hosts.record().manager.jobs = 0;
    for (const token of world.gitlab.state.accessTokens) token.revoked = false;
  });

  it("tells the machines that running jobs' traces name, and nothing else of what they say", async () => {
    world.gitlab.state.jobs.push(
      job(
        `\u001b[0KRunning with gitlab-runner 19.5.1\nPreparing the "docker+machine" executor\nRunning on runner-t9wkyjhg-project-1-concurrent-0 via ${machine}...\npassword=hunter2\n`,
      ),
      job("Preparing the executor\n", 72),
      { ...job("via runner-t9wkyjhg-acme-build-1700000000-0000000f...\n", 73), status: "success" },
    );
    const answer = await ask();
    expect(answer).toMatchObject({ traced: [machine] });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
    expect(await ask(false)).toMatchObject({ traced: [] });
  });

  it("reads of a trace only the beginning, however long it is", async () => {
    world.gitlab.state.jobs.push(job(`via ${machine}...\n${"x".repeat(3_000_000)}`));
    expect(await ask()).toMatchObject({ traced: [machine] });
  });

  it("doesn't know where the manager runs more jobs than GitLab lists, as while one is being cancelled", async () => {
    world.hosts.record().manager.jobs = 1;
    expect(await code(askGitLabRequest({ ...world.around() }, true))).toBe("JobsUncounted");
    world.gitlab.state.jobs.push(job(`via ${machine}...\n`));
    expect(await ask()).toMatchObject({ traced: [machine] });
  });

  it("says that traces weren't asked where the token may not read them, and still tells the rows", async () => {
    const [token] = world.gitlab.state.accessTokens;
    expect(token?.scopes).toContain("read_api");
    const given = { ...world.around(), gitlab: { ...world.around().gitlab, apiTokenSecret: "narrow" } };
    world.gitlab.addAccessToken({
      name: "narrow",
      value: "glpat-narrow",
      scopes: ["create_runner", "manage_runner"],
      admin: true,
      expiresAt: null,
    });
    await world.secret("narrow", "glpat-narrow");
    world.gitlab.state.jobs.push(job(`via ${machine}...\n`));
    const answer = gitLabAnswer(await world.hosts.done(askGitLabRequest(given, true)));
    expect(answer).toMatchObject({ traced: "not-asked", rows: [{ systemId: await own() }] });
  });

  it("fails, which is no answer, where GitLab is down or refuses the token", async () => {
    const [token] = world.gitlab.state.accessTokens;
    if (token !== undefined) token.revoked = true;
    expect(await code(askGitLabRequest({ ...world.around() }, true))).toBe("ApiTokenRefused");
  });

  it("lists every row of its runners' managers, with when each spoke last", async () => {
    world.gitlab.contact(runner(), stale);
    const at = world.hosts.clock.now();
    const answer = await ask();
    if ("why" in answer) throw new Error(answer.why);
    expect(answer.rows?.map(({ systemId }) => systemId).sort()).toEqual([await own(), stale].sort());
    expect(answer.rows?.find(({ systemId }) => systemId === stale)?.contactedAt).toBe(at);
  });

  it("deletes a row by its system id once it is silent for a day, and no other", async () => {
    expect(await remove(stale)).toMatchObject({ removed: [], kept: [{ why: "spoke" }] });
    await world.hosts.clock.advance(day + 60_000);
    expect(await remove(await own())).toMatchObject({ kept: [{ why: "own" }] });
    world.gitlab.state.jobs.push({ ...job(""), systemId: stale });
    expect(await remove(stale)).toMatchObject({ removed: [], kept: [{ why: "active" }] });
    world.gitlab.state.jobs.splice(0);
    expect(await remove(stale)).toEqual({ removed: [`${runner().id}/${stale}`], gone: [], kept: [] });
    expect(await remove(stale)).toEqual({ removed: [], gone: [`${runner().id}/${stale}`], kept: [] });
    expect(runner().managers.map(({ systemId }) => systemId)).toEqual([await own()]);
  });

  it("deletes none where GitLab has no row of the manager itself, and none of a runner that isn't its own", async () => {
    const kept = [...runner().managers];
    runner().managers.splice(0);
    world.gitlab.contact(runner(), stale);
    await world.hosts.clock.advance(day + 60_000);
    expect(await remove(stale)).toMatchObject({ kept: [{ why: "own-row-missing" }] });
    runner().managers.push(...kept);
    const other = { ...runner(), id: 900, token: "glrt-t1_other", managers: [...runner().managers] };
    world.gitlab.state.runners.push(other);
    const answer = await world.hosts.done(removeManagerRowRequest({ ...world.around() }, 900, stale));
    expect(answer).toMatchObject({ kept: [{ why: "no-token" }] });
    world.gitlab.state.runners.pop();
  });

  it("killed after any call of GitLab, the row is there or gone, and the next one ends it", async () => {
    for (let call = 1; ; call += 1) {
      world.gitlab.state.killAfter = call;
      await world.hosts.send(removeManagerRowRequest({ ...world.around() }, runner().id, stale));
      const reached = world.gitlab.state.killAfter === null;
      world.gitlab.state.killAfter = null;
      if (!reached) break;
      expect((await remove(stale))["kept"]).toEqual([]);
      expect(runner().managers.map(({ systemId }) => systemId)).toEqual([await own()]);
      world.gitlab.contact(runner(), stale);
      await world.hosts.clock.advance(day + 60_000);
      expect(call).toBeLessThan(10);
    }
  });
});
