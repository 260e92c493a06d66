import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OrphanLife } from "./orphan-life.ts";

/** Machines whose manager is gone or another one, by the commands that an operator types. */
describe("orphans of a manager that is gone, from the command line", { shuffle: false }, () => {
  let life: OrphanLife;
  let section = "";
  beforeEach(async () => {
    life = await OrphanLife.open();
    section = await life.builders();
  });
  afterEach(() => life.close());

  it("the host terminated together with its volume: all of its machines, tagged or not", async () => {
    const tagged = await life.make(section);
    const bare = await life.make(section, "never-tagged");
    await life.wait(20);
    await life.type("reconcile");
    expect(await life.type("gc")).toMatch(/2 known/);
    await life.loseHost(true);
    expect(await life.type("gc")).not.toMatch(/suspect/);
    const said = await life.collect(12);
    expect(said).toContain(`deleted  instance/${tagged.id}`);
    expect(said).toContain(`deleted  instance/${bare.id}`);
  });

  it("the host replaced on its volume: what the new one knows stays, what it doesn't goes", async () => {
    const kept = await life.make(section);
    const lost = await life.make(section);
    await life.type("reconcile");
    await life.remove(lost.name, "forced");
    await life.loseHost(false);
    const said = await life.collect(14);
    expect(said).toContain(`deleted  instance/${lost.id}`);
    expect(said).not.toContain(kept.id);
    expect(await life.instanceOf(kept.name)).toBe(kept.id);
  });

  it("two hundred that nobody tagged or wrote down: the fuse holds them until each is approved by its name", async () => {
    const leaked = await life.leak(section, 200);
    await life.wait(20);
    expect(await life.collect(4)).not.toContain("deleted  instance/");
    expect(await life.type("status")).toContain("FuseBlown");
    const [first = "", second = ""] = leaked;
    await life.type(`gc --approve ${first} ${second}`);
    const some = await life.collect(2);
    expect(some.match(/deleted {2}instance\/i-[0-9a-f]+/g)?.sort()).toEqual(
      [first, second].map((id) => `deleted  instance/${id}`).sort(),
    );
  });
});
