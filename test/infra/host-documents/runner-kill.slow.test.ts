import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostCommand } from "../../../shared/resources/common/host-command.ts";
import {
  askRotationRequest,
  makeApiTokenRequest,
  quiesceRunnerRequest,
  readRunnerRequest,
  registerRunnerRequest,
  rotateRunnerRequest,
  unregisterRunnerRequest,
} from "../../../shared/resources/runner/host-requests.ts";
import { RunnerWorld, registration, template } from "./runner-world.ts";

const section = "acme-build";
const scope = { runner_type: "instance_type" } as const;

describe("a host that is killed in the middle of a registration", { shuffle: false }, () => {
  let world: RunnerWorld;
  beforeAll(async () => {
    world = await RunnerWorld.open();
    await world.hosts.done(makeApiTokenRequest(world.around()));
  });
  afterAll(() => world.close());

  /** Everything on the host dies right after its n-th call of GitLab took effect. False: it never made that many. */
  async function killed(command: HostCommand, call: number): Promise<boolean> {
    world.gitlab.state.killAfter = call;
    const answer = await world.hosts.send(command);
    const reached = world.gitlab.state.killAfter === null;
    world.gitlab.state.killAfter = null;
    expect(answer.ok && answer.outcome.state === "done").toBe(!reached);
    return reached;
  }

  const register = () => registerRunnerRequest(world.around(), template, registration(section));
  const unregister = () => unregisterRunnerRequest(world.around(), section, scope);

  it("has one runner after the next one, whichever call of GitLab was the last", async () => {
    for (let call = 1; await killed(register(), call); call += 1) {
      await world.hosts.done(register());
      expect(world.gitlab.state.runners, `killed after call ${call}`).toHaveLength(1);
      const [runner] = world.gitlab.state.runners;
      expect(await world.config()).toContain(`token = "${runner?.token}"`);
      expect(runner?.attributes.description).toBe(section);
      expect(call).toBeLessThan(10);
      await world.hosts.done(unregister());
      expect(world.gitlab.state.runners).toEqual([]);
      expect(await world.config()).not.toContain(section);
    }
    await world.hosts.done(unregister());
  });

  it("leaves none where the fleet has left the file meanwhile", async () => {
    for (let call = 1; await killed(register(), call); call += 1) {
      await world.hosts.done(unregister());
      expect(world.gitlab.state.runners, `killed after call ${call}`).toEqual([]);
      expect(await world.hosts.done(readRunnerRequest(world.around(), template))).toMatchObject({ registering: [] });
    }
    await world.hosts.done(unregister());
  });

  it("comes back from a rotation that was cut, by another one", async () => {
    await world.hosts.done(register());
    const rotate = () => rotateRunnerRequest(world.around(), template, section);
    const ask = () => world.hosts.done(askRotationRequest(world.around(), section, "ask"));
    await ask();
    for (let call = 1; await killed(rotate(), call); call += 1) {
      const { gitlab } = await world.hosts.done(readRunnerRequest(world.around(), template));
      expect(gitlab).toMatchObject({ runners: { [section]: { tokenValid: false, gone: false } } });
      await world.hosts.done(register());
      expect(world.gitlab.state.runners).toHaveLength(1);
      expect(await world.config()).toContain(`token = "${world.gitlab.state.runners[0]?.token}"`);
      const read = await world.hosts.done(readRunnerRequest(world.around(), template));
      expect(read["rotating"], "the new token is what was asked for").toEqual([]);
      await ask();
    }
  });

  it("finds its runner again where config.toml was deleted, and a section that was renamed", async () => {
    const host = await world.hosts.host();
    host.files.write("/srv/fleetkeeper/runner/config.toml", "concurrent = 1\n");
    await world.hosts.done(register());
    const before = world.gitlab.state.runners.map(({ id }) => id);
    expect(before).toHaveLength(1);
    host.files.write(
      "/srv/fleetkeeper/runner/config.toml",
      (await world.config()).replace(`name = "${section}"`, 'name = "other"'),
    );
    await world.hosts.done(register());
    expect(world.gitlab.state.runners.map(({ id }) => id)).toEqual(before);
    expect(await world.config()).toContain(`name = "${section}"`);
    expect(await world.config()).not.toContain('name = "other"');
  });

  it("keeps the runner's pause until no job and no machine is left", async () => {
    const [runner] = world.gitlab.state.runners;
    const id = runner?.id ?? 0;
    const job = { id: 900, runnerId: id, systemId: "", status: "running" as const, name: "job", createdAt: 0 };
    world.gitlab.state.jobs.push(job);
    const quiesce = () => quiesceRunnerRequest(world.around(), section, 5);
    expect(await world.hosts.done(quiesce())).toEqual({ quiet: false, jobs: 1, machines: 0 });
    expect(runner?.attributes.paused).toBe(true);
    expect(await world.config()).toMatch(/IdleCount = 0\n/);
    world.gitlab.state.jobs.length = 0;
    expect(await world.hosts.done(quiesce())).toEqual({ quiet: true, jobs: 0, machines: 0 });
  });
});
