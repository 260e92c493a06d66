import fc from "fast-check";
import { expect, test } from "vitest";
import type { RuleRecord } from "../../../shared/aws/network-port.ts";
import { fleetOf } from "../sample-fleet.ts";
import { cloud } from "../world.ts";

const fleet = fleetOf();
const extra: fc.Arbitrary<RuleRecord> = fc
  .record({
    ports: fc.constantFrom(
      { protocol: "all" },
      { protocol: "tcp", fromPort: 22, toPort: 22 },
      { protocol: "tcp", fromPort: 2376, toPort: 2377 },
      { protocol: "tcp", fromPort: 0, toPort: 65535 },
      { protocol: "udp", fromPort: 53, toPort: 53 },
      { protocol: "icmp", fromPort: -1, toPort: -1 },
    ),
    peer: fc.constantFrom({ cidr: "0.0.0.0/0" }, { cidr: "10.20.0.0/16" }, { cidr6: "::/0" }),
    description: fc.constantFrom("", "temporary"),
  })
  .map(({ ports, ...rest }) => ({ ...ports, ...rest }));

test("whatever rules a group has, it ends with the declared ones, and none of those is ever closed on the way", async () => {
  const world = cloud();
  await world.converge(fleet);
  const sorted = (rules: readonly RuleRecord[]) => rules.map((rule) => JSON.stringify(rule)).sort();
  const listed = () => world.readers.network.groupsTagged({ "fleetkeeper:fleet": "acme" });
  const groups = async () =>
    (await listed()).map((group) => ({ ...group, ingress: sorted(group.ingress), egress: sorted(group.egress) }));
  const before = await groups();
  const machine = (await listed()).find((group) => group.name === "fleetkeeper-acme-machine");
  if (machine === undefined) throw new Error("no group");
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(extra, { maxLength: 4, selector: (rule) => JSON.stringify({ ...rule, description: "" }) }),
      fc.uniqueArray(extra, { maxLength: 2, selector: (rule) => JSON.stringify({ ...rule, description: "" }) }),
      fc.subarray([...machine.ingress]),
      async (ingress, egress, closed) => {
        await world.writers.network.authorize(machine.id, "ingress", ingress);
        await world.writers.network.authorize(machine.id, "egress", egress);
        await world.writers.network.revoke(machine.id, "ingress", closed);
        world.sandbox.calls.clear();
        await world.converge(fleet);
        expect(await groups()).toEqual(before);
        const writes = world.sandbox.calls.writes().map((call) => call.operation.replace(/Security.*/, ""));
        expect(writes).toEqual([...writes].sort());
        expect(writes).toHaveLength([closed.length, ingress.length, egress.length].filter((count) => count > 0).length);
      },
    ),
    { numRuns: 30 },
  );
});
