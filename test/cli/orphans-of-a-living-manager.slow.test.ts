import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLedger } from "../../shared/resources/machines/ledger-object.ts";
import { OrphanLife } from "./orphan-life.ts";

const machines = "/srv/fleetkeeper/machine/machines";

/** Machines that a manager which lives has lost, as docker-machine loses them, by the commands that an operator types. */
describe("a living manager's orphans, from the command line", { shuffle: false }, () => {
  let life: OrphanLife;
  let section = "";
  beforeAll(async () => {
    life = await OrphanLife.open();
    section = await life.builders();
  });
  afterAll(() => life.close());

  it("a reconcile that finds all as declared writes down how the machines of the loaded sections are named", async () => {
    await life.wait(1);
    await life.type("reconcile");
    const { store } = await life.fleet.world.reconciler();
    const { identity } = await readLedger(store, "acme");
    expect(identity.templates).toEqual([expect.stringMatching(/^runner-[a-z0-9-]{9}-acme-build-%s$/)]);
  });

  it("keeps what the manager has, tagged or not", async () => {
    const kept = await life.make(section);
    const bare = await life.make(section, "never-tagged");
    await life.wait(30);
    expect(await life.type("gc")).toMatch(/NoOrphans[\s\S]*2 known/);
    await life.remove(kept.name);
    await life.remove(bare.name);
    await life.wait(3);
    expect(await life.instanceOf(kept.name)).toBe("");
  });

  it("a single orphan while IdleCount = 0 and the disk is rightly empty: untagged, never provisioned", async () => {
    const { name, id } = await life.make(section, "resolve-failed");
    expect(await life.hasDirectory(name)).toBe(false);
    await life.wait(20);
    expect(await life.type("gc")).toMatch(new RegExp(`suspect +instance/${id}`));
    const said = await life.collect(5);
    expect(said).toContain(`deleted  instance/${id}`);
    await life.wait(5);
    expect(await life.instanceOf(name)).toBe("");
    expect(await life.collect(5)).toContain(`deleted  key-pair/${name}`);
    expect(await life.hasKeyPair(name)).toBe(false);
    await life.type("reconcile");
    expect(await life.type("gc")).toMatch(/^NoOrphans/);
    expect(await life.type("status")).toMatch(/collected: 1 machines/);
  });

  it("a machine whose removal was forced, one whose config.json is gone, and one killed before its id was saved", async () => {
    const forced = await life.make(section);
    const broken = await life.make(section);
    const killed = await life.make(section, "killed-after-launch");
    await life.remove(forced.name, "forced");
    await life.remove(broken.name, "cannot-inspect");
    await life.remove(killed.name);
    await life.wait(20);
    const seen = await life.type("gc");
    expect(seen).toMatch(new RegExp(`suspect +instance/${forced.id}`));
    expect(seen).toMatch(new RegExp(`stranded +instance/${broken.id}`));
    expect(seen).toMatch(new RegExp(`suspect +instance/${killed.id}`));
    const said = await life.collect(9);
    for (const { id } of [forced, broken, killed]) expect(said).toContain(`deleted  instance/${id}`);
    expect(said).toMatch(new RegExp(`deleted +directory/i-[0-9a-f]+/${broken.name}`));
    expect(await life.hasDirectory(broken.name)).toBe(false);
  });

  it("after the runner rotated its own token: stranded, collected, and their directories go too", async () => {
    const { name, id } = await life.make(section);
    await life.rotateToken();
    await life.wait(20);
    expect(await life.type("gc")).toMatch(new RegExp(`stranded +instance/${id}`));
    const said = await life.collect(9);
    expect(said).toContain(`deleted  instance/${id}`);
    expect(said).toMatch(new RegExp(`deleted +directory/i-[0-9a-f]+/${name}`));
    expect(await life.hasDirectory(name)).toBe(false);
  });

  it("an emptied machines directory proves nothing; with its sentinel again, what it held is collected", async () => {
    const { id } = await life.make(section);
    const { files } = await life.hostFiles();
    const sentinel = files.text(`${machines}/.fleetkeeper-volume`) ?? "";
    files.remove(machines);
    await life.wait(20);
    expect(await life.type(`gc --explain ${id}`)).toContain("): unknown");
    files.write(`${machines}/.fleetkeeper-volume`, sentinel);
    expect(await life.collect(6)).toContain(`deleted  instance/${id}`);
  });
});
