import type { IpPermission } from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permissionOf, rulesOf } from "../../shared/aws/ip-permission.ts";
import type { RulePeer, RuleRecord } from "../../shared/aws/network-port.ts";

const owner = "123456789012";
const peer: fc.Arbitrary<RulePeer> = fc.oneof(
  fc.constantFrom({ cidr: "203.0.113.0/24" }, { cidr: "0.0.0.0/0" }, { cidr6: "::/0" }, { cidr6: "2001:db8::/32" }),
  fc.constantFrom({ group: "sg-0a1b2c3d" }, { group: "210987654321/sg-0e1f2a3b" }, { prefixList: "pl-0a1b2c3d" }),
);
const rule: fc.Arbitrary<RuleRecord> = fc
  .record({
    ports: fc.constantFrom(
      { protocol: "all" },
      { protocol: "tcp", fromPort: 443, toPort: 443 },
      { protocol: "tcp", fromPort: 0, toPort: 65535 },
      { protocol: "udp", fromPort: 5000, toPort: 5010 },
      { protocol: "icmp", fromPort: 8, toPort: 0 },
      { protocol: "50" },
    ),
    peer,
    description: fc.constantFrom("", "HTTPS"),
  })
  .map(({ ports, ...rest }) => ({ ...ports, ...rest }));

describe("rules as EC2 groups them", () => {
  test("come back as they were told, one by one", () => {
    fc.assert(
      fc.property(rule, (each) => {
        expect(rulesOf([permissionOf(each)], owner)).toEqual([each]);
      }),
    );
  });

  test("are the same rules however they are merged into permissions", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), (rules) => {
        const split = rules.map(permissionOf);
        const merged = [
          ...Map.groupBy(split, (each) => `${each.IpProtocol} ${each.FromPort} ${each.ToPort}`).values(),
        ].map(
          (group): IpPermission => ({
            ...group[0],
            IpRanges: group.flatMap((each) => each.IpRanges ?? []),
            Ipv6Ranges: group.flatMap((each) => each.Ipv6Ranges ?? []),
            UserIdGroupPairs: group.flatMap((each) => each.UserIdGroupPairs ?? []),
            PrefixListIds: group.flatMap((each) => each.PrefixListIds ?? []),
          }),
        );
        const sorted = (list: readonly RuleRecord[]) => list.map((each) => JSON.stringify(each)).sort();
        expect(sorted(rulesOf(merged, owner))).toEqual(sorted(rulesOf(split, owner)));
      }),
    );
  });

  test.for<[string, IpPermission, Partial<RuleRecord>]>([
    ["a protocol by number", { IpProtocol: "6", FromPort: 22, ToPort: 22 }, { protocol: "tcp" }],
    ["all ports by -1", { IpProtocol: "tcp", FromPort: -1, ToPort: -1 }, { fromPort: 0, toPort: 65535 }],
    [
      "a group with its own account's id",
      { IpProtocol: "-1", UserIdGroupPairs: [{ UserId: owner, GroupId: "sg-1" }] },
      { peer: { group: "sg-1" } },
    ],
  ])("%s is read as what it means", ([, permission, expected]) => {
    const peered =
      permission.UserIdGroupPairs === undefined ? { ...permission, IpRanges: [{ CidrIp: "0.0.0.0/0" }] } : permission;
    expect(rulesOf([peered], owner)).toMatchObject([expected]);
  });

  test("without a peer's id is an answer that says nothing, not an absent rule", () => {
    expect(() => rulesOf([{ IpProtocol: "tcp", IpRanges: [{}] }], owner)).toThrow("lacks");
  });
});
