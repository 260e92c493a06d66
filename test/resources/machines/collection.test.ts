import { CreateTagsCommand, ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { gather } from "../../../shared/resources/machines/gather.ts";
import { emptyLedger } from "../../../shared/resources/machines/ledger.ts";
import { readLedger } from "../../../shared/resources/machines/ledger-object.ts";
import { markOrphans } from "../../../shared/resources/machines/marker.ts";
import { defaultPolicy } from "../../../shared/resources/machines/policy.ts";
import { CollectedWorld, minute } from "./collected-world.ts";

/** Whole passes of marking and sweeping, every eight minutes, by the real SDK against the embedded AWS. */
async function fleet() {
  const world = await CollectedWorld.open();
  const host = await world.addHost();
  return { world, host };
}

const later = 20 * minute;

describe("an orphan is collected", () => {
  it("alone, while no machine is wanted and the disk is rightly empty, with its key pair", async () => {
    const { world, host } = await fleet();
    const orphan = await world.createMachine(host);
    const busy = await world.createMachine(host);
    await world.world.clock.advance(later);
    world.drop(host, orphan);
    world.data(host).directories.delete("");
    expect(await world.runFor(32)).toEqual([`instance/${orphan}`]);
    expect(await world.living()).toEqual([busy]);
    const deleted = await world.runFor(40);
    expect(deleted).toHaveLength(1);
    expect(deleted[0]).toMatch(/^key-pair\/runner-/);
    expect(await world.keyPairs()).toHaveLength(1);
  });

  it("though docker-machine never tagged it (13: only tagged instances seen)", async () => {
    const { world, host } = await fleet();
    const orphan = await world.createMachine(host, { tagged: false });
    await world.world.clock.advance(later);
    world.drop(host, orphan);
    expect(await world.runFor(32)).toEqual([`instance/${orphan}`]);
  });

  it("after its host was terminated together with the volume (14: a terminated manager's hook removed no worker)", async () => {
    const { world, host } = await fleet();
    const machines = [await world.createMachine(host), await world.createMachine(host, { tagged: false })];
    await world.world.clock.advance(later);
    await world.run();
    await world.terminateHost(host, true);
    const deleted = await world.runFor(64);
    expect(deleted.filter((subject) => subject.startsWith("instance/")).sort()).toEqual(
      machines.map((id) => `instance/${id}`).sort(),
    );
    expect((await readLedger(await world.store(), "acme")).managers[host]?.ended).toMatchObject({ how: "volume-gone" });
  });

  it("after its host was replaced on the volume, and not the ones that the successor knows", async () => {
    const { world, host } = await fleet();
    const [kept, lost] = [await world.createMachine(host), await world.createMachine(host)];
    await world.world.clock.advance(later);
    await world.run();
    world.drop(host, lost);
    const data = world.data(host);
    await world.terminateHost(host, false);
    expect(await world.runFor(64)).toEqual([]);
    const successor = await world.addHost(data);
    const deleted = await world.runFor(64);
    expect(deleted.filter((subject) => subject.startsWith("instance/"))).toEqual([`instance/${lost}`]);
    expect(await world.living()).toEqual([kept]);
    const { managers } = await readLedger(await world.store(), "acme");
    expect(managers[host]?.ended).toMatchObject({ how: "successor-read", successor });
  });

  it("after the machines directory was emptied: only once somebody says that it is the right one", async () => {
    const { world, host } = await fleet();
    const orphan = await world.createMachine(host);
    await world.world.clock.advance(later);
    world.data(host).directories.clear();
    world.data(host).sentinel = false;
    expect(await world.runFor(64)).toEqual([]);
    world.data(host).sentinel = true;
    world.data(host).generation = 2;
    expect(await world.runFor(32)).toEqual([`instance/${orphan}`]);
  });

  it("after the runner rotated its own token, or a section was renamed: stranded, and its directory goes with it", async () => {
    const { world, host } = await fleet();
    const stranded = await world.createMachine(host);
    await world.world.clock.advance(later);
    await world.run();
    world.data(host).template = "runner-newtoken1-acme-build-%s";
    const made = await world.createMachine(host);
    const deleted = await world.runFor(96);
    expect(deleted[0]).toBe(`instance/${stranded}`);
    expect(deleted.slice(1).map((subject) => subject.slice(0, subject.indexOf("/")))).toEqual([
      "directory",
      "key-pair",
    ]);
    expect(await world.living()).toEqual([made]);
    expect(world.data(host).directories.size).toBe(1);
  });

  it("that an open spot request started after everything was torn down: the request goes first", async () => {
    const { world, host } = await fleet();
    const request = await world.requestAndDie(host);
    await world.world.clock.advance(later);
    expect(await world.openRequests()).toEqual([request]);
    const deleted = await world.runFor(120);
    expect(deleted[0]).toBe(`spot-request/${request}`);
    expect(deleted.slice(1).map((subject) => subject.slice(0, subject.indexOf("/")))).toEqual([
      "directory",
      "key-pair",
    ]);
    expect(await world.openRequests()).toEqual([]);
  });
});

describe("two hundred untagged leaks at once", () => {
  it("blow the fuse; a person's approval releases exactly the ones named", async () => {
    const { world, host } = await fleet();
    const leaks: string[] = [];
    for (let count = 0; count < 200; count += 1) leaks.push(await world.createMachine(host, { tagged: false }));
    await world.world.clock.advance(later);
    world.data(host).directories.clear();
    expect(await world.runFor(24)).toEqual([]);
    expect((await world.run()).sweep.plan.fuse).toMatchObject({ state: "blown", condemned: 200, fleet: 200 });
    const [first = "", second = ""] = leaks;
    await world.approve([first, second]);
    expect((await world.runFor(16)).toSorted()).toEqual([`instance/${first}`, `instance/${second}`].sort());
    expect(await world.living()).toHaveLength(198);
    await world.approve(leaks.slice(2));
    const deleted = await world.runFor(24, { ...world.policy, perRunMaximum: 100 });
    expect(deleted.filter((subject) => subject.startsWith("instance/"))).toHaveLength(198);
    expect(await world.living()).toEqual([]);
  });
});

describe("nothing is deleted", () => {
  it("while a manager is silent, and the marks start over when it answers again", async () => {
    const { world, host } = await fleet();
    const orphan = await world.createMachine(host);
    await world.world.clock.advance(later);
    world.drop(host, orphan);
    await world.runFor(16);
    world.silent.add(host);
    expect(await world.runFor(80)).toEqual([]);
    expect((await readLedger(await world.store(), "acme")).unknownSince[`instance/${orphan}`]).toBeDefined();
    world.silent.clear();
    expect(await world.runFor(16)).toEqual([]);
    expect(await world.runFor(16)).toEqual([`instance/${orphan}`]);
  });

  it("while a job's container runs on it, or a running job's trace names it", async () => {
    const { world, host } = await fleet();
    const orphan = await world.createMachine(host);
    await world.world.clock.advance(later);
    const name = [...world.data(host).directories.keys()][0] ?? "";
    world.drop(host, orphan);
    world.containers.add(orphan);
    expect(await world.runFor(48)).toEqual([]);
    world.containers.clear();
    world.traced.add(name);
    expect(await world.runFor(48)).toEqual([]);
  });

  it("with termination protection, or a keep tag", async () => {
    const { world, host } = await fleet();
    const [a, b] = [await world.createMachine(host), await world.createMachine(host)];
    await world.world.clock.advance(later);
    world.data(host).directories.clear();
    await world.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: a, DisableApiTermination: { Value: true } }));
    const Tags = [{ Key: "fleetkeeper:keep", Value: "alice looks at it" }];
    await world.ec2.send(new CreateTagsCommand({ Resources: [b], Tags }));
    expect(await world.runFor(64)).toEqual([]);
  });

  it("in mode report, which makes no writing call at all (5: a dry run through EC2's own flag)", async () => {
    const { world, host } = await fleet();
    const orphan = await world.createMachine(host);
    await world.world.clock.advance(later);
    world.drop(host, orphan);
    expect(await world.runFor(64, defaultPolicy)).toEqual([]);
    const ec2Writes = world.world.sandbox.calls.writes().filter(({ service }) => service === "ec2");
    expect(ec2Writes.map(({ operation }) => operation)).not.toContain("TerminateInstances");
    world.world.sandbox.calls.clear();
    await world.run(defaultPolicy);
    expect(world.world.sandbox.calls.writes()).toEqual([]);
    expect((await readLedger(await world.store(), "acme")).marks).toEqual({});
    const { look } = await markOrphans(await world.markingPorts(), world.fleet(), defaultPolicy);
    expect(look.findings.find(({ subject }) => subject === `instance/${orphan}`)?.verdict.verdict).toBe("suspect");
  });
});

describe("means", () => {
  it("of who marks can't terminate, and of who sweeps can't mark", async () => {
    const { world } = await fleet();
    const { marker } = await world.markingPorts();
    const { sweeper } = await world.sweepPorts();
    expect(Object.keys(marker).sort()).toEqual(["tag", "untag"]);
    expect(Object.keys(sweeper).filter((name) => /tag|mark/i.test(name))).toEqual([]);
  });

  it("of who looks can't write", async () => {
    const { world, host } = await fleet();
    await world.createMachine(host);
    await world.world.clock.advance(later);
    const { machines, witnesses, time, nonce } = await world.markingPorts();
    world.world.sandbox.calls.clear();
    await gather({ machines, witnesses, time, nonce }, world.fleet(), emptyLedger("acme"));
    expect(world.world.sandbox.calls.writes()).toEqual([]);
  });
});
