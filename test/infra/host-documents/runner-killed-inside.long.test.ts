import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostFaultEffect } from "../../../sandbox/hosts/host-faults.ts";
import type { HostCommand } from "../../../shared/resources/common/host-command.ts";
import {
  askRotationRequest,
  makeApiTokenRequest,
  quiesceRunnerRequest,
  readRunnerRequest,
  registerRunnerRequest,
  rotateRunnerRequest,
  unregisterRunnerRequest,
  writeRunnerRequest,
} from "../../../shared/resources/runner/host-requests.ts";
import { parseToml } from "../../../shared/resources/runner/toml.ts";
import { configPath, RunnerWorld, registration, template } from "./runner-world.ts";

const section = "acme-build";
const scope = { runner_type: "instance_type" } as const;

/** The three ways for a script to be cut: bash at a command, Python at an effect, Python at a line; how far apart the tries are. */
const ways = [
  ["bash at a command", 17, (at: number): HostFaultEffect => ({ type: "kill", atCommand: at })],
  ["Python at an effect", 1, (at: number): HostFaultEffect => ({ type: "kill-python", at: "effect", count: at })],
  ["Python at a line", 211, (at: number): HostFaultEffect => ({ type: "kill-python", at: "line", count: at })],
] as const;

for (const [way, stride, effectAt] of ways)
  describe(`a runner's documents, killed in ${way}`, { shuffle: false }, () => {
    let world: RunnerWorld;
    beforeAll(async () => {
      world = await RunnerWorld.open();
      await world.hosts.done(makeApiTokenRequest(world.around()));
      await world.hosts.done(register());
    });
    afterAll(() => world.close());

    const around = () => world.around();
    const register = () => registerRunnerRequest(around(), template, registration(section));
    const unregister = () => unregisterRunnerRequest(around(), section, scope);
    const runners = () => world.gitlab.state.runners;

    /** Kills the command at 1, 1 + stride, ... each time from the same start, and sends it again. @returns how often */
    async function killEverywhere(
      command: () => HostCommand,
      again: () => Promise<unknown>,
      start: () => Promise<unknown>,
    ): Promise<number> {
      for (let at = 1, kills = 0; ; at += stride, kills += 1) {
        await start();
        const { document } = command();
        world.hosts.hosts.faults.clear();
        world.hosts.hosts.faults.add({ document, effect: effectAt(at) });
        const answer = await world.hosts.send(command());
        world.hosts.hosts.faults.clear();
        wholeFile(await world.config());
        if (answer.ok) {
          expect(answer.outcome.state, document).toBe("done");
          return kills;
        }
        expect(answer.stdout, `${document} killed at ${at}`).toBe("");
        await again();
        await inOrder(`${document} killed at ${at}`);
      }
    }

    /** Never half a file, nor a section that the runner would refuse. */
    function wholeFile(text: string): void {
      const { runners: sections = [] } = parseToml(text);
      for (const one of Array.isArray(sections) ? sections : []) expect(one).toHaveProperty("token");
    }

    /** One runner, whose token the file has, and nothing half done. */
    async function inOrder(why: string): Promise<void> {
      expect(runners(), why).toHaveLength(1);
      expect(await world.config(), why).toContain(`token = "${runners()[0]?.token}"`);
      expect(runners()[0]?.attributes, why).toMatchObject({ description: section, paused: false });
      const read = await world.hosts.done(readRunnerRequest(around(), template));
      expect(read, why).toMatchObject({
        registering: [],
        rotating: [],
        gitlab: { runners: { [section]: { gone: false } } },
      });
    }

    it("register one runner in the end", async () => {
      const again = () => world.hosts.done(register());
      const kills = await killEverywhere(register, again, () => world.hosts.done(unregister()));
      expect(kills).toBeGreaterThan(5);
    });

    it("write config.toml whole or not at all", async () => {
      const write = () => writeRunnerRequest(around(), template, ["", section]);
      const damage = async () => {
        const text = (await world.config()).replace(/^limit = .*$/m, "limit = 1").replace(/^concurrent = .*$/m, "");
        (await world.hosts.host()).files.write(configPath, text);
      };
      expect(await killEverywhere(write, () => world.hosts.done(write()), damage)).toBeGreaterThan(5);
      expect(await world.config()).toMatch(/^limit = 20$/m);
    });

    it("make a new token, and never lose the runner over it", async () => {
      const rotate = () => rotateRunnerRequest(around(), template, section);
      const ask = () => world.hosts.done(askRotationRequest(around(), section, "ask"));
      // As the next run does: registered again where GitLab refuses the token, else rotated as was asked.
      const again = async () => {
        const { gitlab } = await world.hosts.done(readRunnerRequest(around(), template));
        const refused = JSON.stringify(gitlab).includes('"tokenValid":false');
        await world.hosts.done(refused ? register() : rotate());
      };
      expect(await killEverywhere(rotate, again, ask)).toBeGreaterThan(5);
    });

    it("quiet a section, which comes back whole", async () => {
      const quiesce = () => quiesceRunnerRequest(around(), section, 0);
      const again = async () => {
        expect(await world.hosts.done(quiesce())).toMatchObject({ quiet: true });
        await world.hosts.done(register());
      };
      const kills = await killEverywhere(quiesce, again, () => world.hosts.done(register()));
      expect(kills).toBeGreaterThan(3);
      expect(await world.config()).toMatch(/IdleCount = 0\n/);
    });

    it("end a runner, and leave nothing behind", async () => {
      const again = async () => {
        await world.hosts.done(unregister());
        expect(runners()).toEqual([]);
        expect(await world.config()).not.toContain(section);
        await world.hosts.done(register());
      };
      expect(await killEverywhere(unregister, again, () => world.hosts.done(register()))).toBeGreaterThan(5);
      const { files } = await world.hosts.host();
      for (const name of [".config.toml.fleetkeeper", ".config.toml.fleetkeeper-candidate"]) {
        expect(files.exists(configPath.replace("config.toml", name)), name).toBe(false);
      }
    });
  });
