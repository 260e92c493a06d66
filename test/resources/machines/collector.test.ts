import { EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { networkReader } from "../../../shared/aws/network.ts";
import { parseFleet } from "../../../shared/desired/fleet.ts";
import type { Lease } from "../../../shared/engine/lease.ts";
import { collectedFleet, policyOf } from "../../../shared/resources/machines/collected-fleet.ts";
import { machinesCollector } from "../../../shared/resources/machines/collector.ts";
import type { CollectionSummary } from "../../../shared/resources/machines/summary.ts";
import { sampleFile } from "../../harness/fleet-world.ts";
import { CollectedWorld, minute } from "./collected-world.ts";
import { machinesPath, mount } from "./manager-data.ts";

const layout = { machinesPath, mount };

async function acme(change: (text: string) => string = (text) => text) {
  const parsed = parseFleet(change(await sampleFile("acme")), "acme.fleet.yaml");
  if (!parsed.ok) throw new Error("the sample isn't valid");
  return parsed.fleet;
}

const lease: Lease = {
  epoch: 1,
  incarnation: "a",
  expiresAt: Number.POSITIVE_INFINITY,
  assertHeld: () => {},
  release: async () => ({ state: "released" }),
};

describe("the kind machines", () => {
  it("tells this fleet's machines by the profile and the group that its other kinds made", async () => {
    const world = await CollectedWorld.open();
    const network = networkReader(new EC2Client(world.world.settings()));
    expect(await collectedFleet(await acme(), "123456789012", network, layout)).toEqual({
      ...world.fleet(),
      gracePeriod: 15 * minute,
    });
  });

  it("marks after a run and reports the condition, and tells what it found", async () => {
    const world = await CollectedWorld.open();
    const host = await world.addHost();
    const id = await world.createMachine(host);
    await world.world.clock.advance(20 * minute);
    const told: CollectionSummary[] = [];
    const network = networkReader(new EC2Client(world.world.settings()));
    const marking = await world.markingPorts();
    const collect = machinesCollector({
      ports: () => ({ ...marking, network }),
      account: async () => "123456789012",
      layout,
      onLook: (_, summary) => told.push(summary),
    });
    const fleet = await acme();
    const run = () => collect({ fleet, name: "acme", requestId: "r-1", lease, deadline: Number.POSITIVE_INFINITY });
    expect(await run()).toMatchObject({ reason: "NoOrphans" });
    world.drop(host, id);
    expect(await run()).toEqual({
      reason: "OrphansFound",
      message: "following 1 lost machine and 0 things left behind",
    });
    expect(told.map(({ machines }) => machines.suspect)).toEqual([0, 1]);
  });

  it("says so where a mark's tag couldn't be put on", async () => {
    const world = await CollectedWorld.open();
    const host = await world.addHost();
    const id = await world.createMachine(host);
    await world.world.clock.advance(20 * minute);
    world.drop(host, id);
    world.world.sandbox.faults.add({
      operation: "CreateTags",
      effect: { type: "error", code: "UnauthorizedOperation" },
    });
    const network = networkReader(new EC2Client(world.world.settings()));
    const marking = await world.markingPorts();
    const account = async () => "123456789012";
    const collect = machinesCollector({ ports: () => ({ ...marking, network }), account, layout });
    const verdict = await collect({ fleet: await acme(), name: "acme", requestId: "r-1", lease, deadline: 0 });
    expect(verdict?.message).toContain(`marking ${id}`);
  });
});

describe("the file's policy", () => {
  it("collects only where it says collect, and where the fleet isn't only observed", async () => {
    expect(policyOf(await acme())).toEqual({
      mode: "collect",
      gracePeriod: 15 * minute,
      perRunMaximum: 10,
      fuse: { count: 5, share: 0.5 },
    });
    expect(policyOf(await acme((text) => text.replace("mode: Enforce", "mode: Observe"))).mode).toBe("report");
    expect(policyOf(await acme((text) => text.replace("mode: collect", "mode: report"))).mode).toBe("report");
  });
});
