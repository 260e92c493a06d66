import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TomlTable } from "../../../shared/desired/runners/toml-value.ts";
import {
  makeApiTokenRequest,
  readRunnerRequest,
  registerRunnerRequest,
  writeRunnerRequest,
} from "../../../shared/resources/runner/host-requests.ts";
import { readReading } from "../../../shared/resources/runner/reading.ts";
import { renderConfig } from "../../../shared/resources/runner/render.ts";
import { sectionName, sectionsOf } from "../../../shared/resources/runner/sections.ts";
import { ReadConfig } from "../../../shared/resources/runner/state.ts";
import { parseToml, renderToml } from "../../../shared/resources/runner/toml.ts";
import { editsOf } from "../../resources/runner/edits.ts";
import { everyField, secretNames } from "../../resources/runner/every-field.ts";
import { putSecret } from "./host-secrets.ts";
import { configPath, RunnerWorld, registration } from "./runner-world.ts";

const desired = renderConfig(everyField(), { fleetName: "acme", gitlabUrl: "https://gitlab.example.com" });
const template = renderToml(desired);
const names = sectionsOf(desired).map(sectionName);

describe("config.toml on a host, with every typed field there is", { shuffle: false }, () => {
  let world: RunnerWorld;
  let inOrder: string;
  beforeAll(async () => {
    world = await RunnerWorld.open();
    for (const name of secretNames) await putSecret(world, name);
    await world.hosts.done(makeApiTokenRequest(world.around()));
    for (const name of names) await world.hosts.done(register(name));
    await world.hosts.done(write());
    const undeclared =
      '[[runners]]\nname = "theirs"\nexecutor = "shell"\nurl = "https://x.example.com"\ntoken = "theirs"\n';
    await put(`x_theirs = "kept"\n${await world.config()}\n${undeclared}`);
    inOrder = await world.config();
  });
  afterAll(() => world.close());

  const config = (exclusive = false) => ({ template, exclusive });
  const register = (name: string) => registerRunnerRequest(world.around(), config(), registration(name));
  const write = (exclusive = false) => writeRunnerRequest(world.around(), config(exclusive), ["", ...names]);
  const put = async (text: string) => (await world.hosts.host()).files.write(configPath, text);
  const values = async () => parseToml(await world.config());

  /** Paths that differ, as a run finds them. */
  async function differing(exclusive = false): Promise<readonly string[]> {
    const reading = readReading(await world.hosts.done(readRunnerRequest(world.around(), config(exclusive))));
    if ("unreadable" in reading) throw new Error(reading.unreadable);
    const read = new ReadConfig(reading, template, exclusive);
    return [undefined, ...names].flatMap((name) => {
      const { changes, unknown } = read.comparedOf(name);
      expect(unknown).toEqual([]);
      return changes.map(({ path }) => path);
    });
  }

  const edits = async () =>
    editsOf(desired, parseToml(inOrder)).filter(({ path }) => !/\.(?:url|executor)$/.test(path));

  it("is found in order as it was written", async () => {
    expect(await differing()).toEqual([]);
    expect(await world.hosts.done(write())).toMatchObject({ changed: false });
  });

  it("has any single field that was edited by hand found, named by its path and healed, and nothing else touched", async () => {
    const all = await edits();
    expect(all.length).toBeGreaterThan(300);
    const before = await values();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), async (edit) => {
        await put(renderToml(edit.edited));
        expect(await differing()).toEqual([edit.path]);
        await world.hosts.done(write());
        expect(await values()).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it("has all fields at once found by their paths and healed", async () => {
    const before = await values();
    const all = await edits();
    const damaged = all.reduce<TomlTable>((config_, { path }) => damage(config_, path), before);
    await put(renderToml(damaged));
    expect([...(await differing())].sort()).toEqual(all.map(({ path }) => path).sort());
    await world.hosts.done(write());
    expect(await values()).toEqual(before);
  });

  it("owned whole, loses what nobody declared and keeps every token", async () => {
    const before = await values();
    const theirs = "x_more = 1\n";
    await put(`${theirs}${renderToml(before)}`);
    expect([...(await differing(true))].sort()).toEqual(["runners[theirs]", "x_more", "x_theirs"]);
    await world.hosts.done(write(true));
    const text = await world.config();
    expect(text).not.toMatch(/x_more|x_theirs|name = "theirs"/);
    for (const { token } of world.gitlab.state.runners) expect(text).toContain(`token = "${token}"`);
    expect(await differing(true)).toEqual([]);
  });

  /** The edit of one path, made to a file that has others already. */
  function damage(file: TomlTable, path: string): TomlTable {
    return editsOf(desired, file).find((edit) => edit.path === path)?.edited ?? expect.fail(path);
  }
});
