import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ec2StateKey } from "../../sandbox/services/ec2/service.ts";
import { sampleFile } from "../harness/fleet-world.ts";
import { OrphanLife } from "./orphan-life.ts";

/** Machines that come to be, or are still there, when nobody thinks of machines any more: by an operator's commands. */
describe("orphans that come late, from the command line", () => {
  let life: OrphanLife;
  afterEach(() => life.close());

  it("an open spot request that is fulfilled after the teardown began: its machine is found by gc, and goes by destroy", async () => {
    life = await OrphanLife.open();
    const { capacity } = life.fleet.world.sandbox.state(ec2StateKey()).spotMarket;
    capacity["*"] = "none";
    const { name } = await life.make(await life.builders(), "killed-while-requested");
    await life.remove(name, "forced");
    const first = await life.run("destroy --timeout 3m --confirm acme");
    expect(first.exit).toBe(1);
    expect(first.stdout).toMatch(new RegExp(`spot-request/sir-\\w+ \\(${name}\\) is young`));

    capacity["*"] = "available";
    await life.wait(3);
    const id = await life.instanceOf(name);
    expect(id).not.toBe("");
    expect(await life.type("gc")).toMatch(new RegExp(`young +instance/${id} +${name}`));
    const ended = await life.run("destroy");
    expect(ended.stderr).toContain(`instance/${id} deleted`);
    expect(ended.stderr).toContain(`key-pair/${name} deleted`);
    expect(ended.stdout).toContain("nothing else is left");
    expect(ended.exit).toBe(0);
    expect(await life.instanceOf(name)).toBe("");
  });

  it("an open spot request that is fulfilled after its host was taken down by hand: its machine is found and collected by gc", async () => {
    life = await OrphanLife.open();
    const { capacity } = life.fleet.world.sandbox.state(ec2StateKey()).spotMarket;
    capacity["*"] = "none";
    const { name } = await life.make(await life.builders(), "killed-while-requested");
    await life.type("reconcile");
    await life.loseHost(true);
    capacity["*"] = "available";
    await life.wait(3);
    const id = await life.instanceOf(name);
    expect(await life.type("gc")).toMatch(new RegExp(`young +instance/${id} +${name}`));
    expect(await life.collect(12)).toContain(`deleted  instance/${id}`);
    expect(await life.instanceOf(name)).toBe("");
  });

  it("machines that were lost before runners left the file are collected after it", async () => {
    life = await OrphanLife.open();
    const section = await life.builders();
    const lost = await life.make(section, "resolve-failed");
    await push((body) => body.replace(/^ {2}runners:\n[\s\S]*?(?=^ {2}\w)/m, ""));
    const removed = await life.type("reconcile --force");
    const ids = [...removed.matchAll(/held runner\/section\/\S+ delete \(destructive, (\w+)\)/g)].map(([, id]) => id);
    await life.type(`reconcile --force --approve ${ids.join(" ")}`);
    await life.wait(20);
    expect(await life.type("gc")).toMatch(new RegExp(`suspect +instance/${lost.id}`));
    const said = await life.collect(7);
    expect(said).toContain(`deleted  instance/${lost.id}`);
    expect(said).toContain(`deleted  key-pair/${lost.name}`);
    expect(await life.type("gc")).toMatch(/^NoOrphans/);
  });

  async function push(edit: (body: string) => string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "fleet-"));
    const file = join(folder, "acme.fleet.yaml");
    await writeFile(file, edit(await sampleFile("acme")));
    const { exit, stderr } = await life.run(`push ${file}`);
    await rm(folder, { recursive: true });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  }
});
