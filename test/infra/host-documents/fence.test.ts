import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listMachinesRequest, writeFilesRequest } from "../../../shared/resources/common/host-request.ts";
import { HostWorld } from "../../harness/host-world.ts";
import { noHosts } from "../../harness/hosts-here.ts";

describe.skipIf(noHosts !== undefined)("the host's fence", () => {
  let world: HostWorld;
  const write = (content: string) => writeFilesRequest([{ path: "/etc/fleetkeeper/fenced", content, mode: "0644" }]);
  const content = async () => (await world.host()).files.text("/etc/fleetkeeper/fenced");

  beforeAll(async () => {
    world = await HostWorld.open();
  });
  afterAll(() => world.close());

  it("refuses a run that lost its lease, and takes one of a store that was made anew", async () => {
    await world.send(write("by epoch 9"), { incarnation: "a", epoch: 9 });
    const late = await world.send(write("by epoch 8"), { incarnation: "a", epoch: 8 });
    expect(late).toMatchObject({ ok: true, outcome: { state: "refused", epoch: 9 } });
    expect(await content()).toBe("by epoch 9");
    expect((await world.send(write("same epoch"), { incarnation: "a", epoch: 9 })).ok).toBe(true);
    await world.send(write("new store"), { incarnation: "b", epoch: 1 });
    expect(await content()).toBe("new store");
    expect((await world.facts()).fence).toEqual({ incarnation: "b", epoch: 1 });
  });

  it("isn't moved by what only reads", async () => {
    const before = (await world.facts()).fence;
    await world.done(listMachinesRequest());
    expect((await world.facts()).fence).toEqual(before);
  });

  it.each([
    ["cut", { type: "output-cut", characters: 200 }],
    ["lost", { type: "output-lost" }],
  ] as const)("makes an answer that was %s unknown, and the next one tells the truth", async (_how, effect) => {
    world.hosts.faults.add({ document: "facts", effect });
    await expect(world.facts()).rejects.toThrow("the host's answer doesn't count");
    expect((await world.facts()).version).toBe(1);
  });

  it("leaves a command without an end where the agent is gone", async () => {
    world.hosts.faults.add({ document: "facts", effect: { type: "lost", when: "after" } });
    await expect(world.facts()).rejects.toThrow("there is no output");
  });

  it("tells SSM nothing that can be taken for an answer when the script is killed", async () => {
    world.hosts.faults.add({ document: "write-files", effect: { type: "kill", atCommand: 60 } });
    expect(await world.send(write("killed"), { incarnation: "c0ffee", epoch: 1 })).toMatchObject({ ok: false });
  });
});
