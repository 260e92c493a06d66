import { expect, test } from "vitest";
import type { GroupRecord, RuleRecord } from "../../../shared/aws/network-port.ts";
import type { GroupDesired, RulesDesired } from "../../../shared/resources/network/desired.ts";
import { chooseGroups, diffGroup, type GroupState, groupDeletion } from "../../../shared/resources/network/group.ts";
import { type Rule, recordOf, ruleKey, ruleOf, rulesByKey } from "../../../shared/resources/network/rule.ts";
import { diffRules, type RulesState, rulesState } from "../../../shared/resources/network/rules.ts";

const target = { kind: "network", name: "group/host" };
const tags = { Name: "acme host", "fleetkeeper:fleet": "acme" };
const wanted: GroupDesired = {
  ...{ type: "group", role: "host", name: "fleetkeeper-acme-host", vpcId: "vpc-1" },
  ...{ description: "GitLab host", tags, adopt: false },
};
const found: GroupState = {
  ...{ type: "group", id: "sg-1", name: "fleetkeeper-acme-host", vpcId: "vpc-1", description: "GitLab host", tags },
};

test("a group that isn't there is made with all that it is to be", () => {
  expect(diffGroup(target, undefined, wanted, false)).toEqual([
    {
      ...{ target, verb: "create", risk: "safe", ownership: "none" },
      changes: [
        { path: "name", to: "fleetkeeper-acme-host" },
        { path: "vpcId", to: "vpc-1" },
        { path: "description", to: "GitLab host" },
        { path: "tags[Name]", to: "acme host" },
        { path: "tags[fleetkeeper:fleet]", to: "acme" },
      ],
      reason: "security group fleetkeeper-acme-host doesn't exist in vpc-1",
    },
  ]);
});

test("a group of ours differs in its tags alone; what else somebody put on it is left", () => {
  expect(diffGroup(target, found, wanted, true)).toEqual([]);
  expect(diffGroup(target, { ...found, description: "x", tags: { ...tags, more: "1" } }, wanted, true)).toEqual([]);
  const other = { Name: "x" };
  expect(diffGroup(target, { ...found, tags: other }, wanted, true)).toEqual([
    {
      ...{ target, verb: "update", risk: "safe", ownership: "ours" },
      changes: [
        { path: "tags[Name]", from: "x", to: "acme host" },
        { path: "tags[fleetkeeper:fleet]", to: "acme" },
      ],
      reason: "security group fleetkeeper-acme-host differs in tags[Name], tags[fleetkeeper:fleet]",
    },
  ]);
});

test("a group without our mark is adopted where the file says so, and foreign else", () => {
  const reason = "security group fleetkeeper-acme-host (sg-1) exists and isn't marked as this fleet's";
  const draft = { target, verb: "adopt", changes: [], risk: "safe", reason };
  expect(diffGroup(target, found, wanted, false)).toEqual([{ ...draft, ownership: "foreign" }]);
  expect(diffGroup(target, found, { ...wanted, adopt: true }, false)).toEqual([{ ...draft, ownership: "adopting" }]);
});

test("a group that left the file waits for a person, and says which it is", () => {
  expect(groupDeletion(target, found)).toEqual({
    ...{ target, verb: "delete", changes: [{ path: "id", from: "sg-1" }], risk: "destructive", ownership: "ours" },
    reason: "security group fleetkeeper-acme-host in vpc-1 is this fleet's and the file doesn't ask for it",
  });
});

test("name and VPC say which group is which; a marked one that is none of them is left over", () => {
  const record = (id: string, fields: Partial<GroupRecord> = {}): GroupRecord => ({
    ...{ id, name: wanted.name, vpcId: "vpc-1", description: "", tags, ingress: [], egress: [], ...fields },
  });
  const ids = (marked: readonly GroupRecord[], named: readonly GroupRecord[]) => {
    const { chosen, left } = chooseGroups([wanted], marked, named);
    return { chosen: [...chosen].map(([role, { id }]) => `${role} ${id}`), left: left.map(({ id }) => id) };
  };
  expect(ids([record("sg-1")], [])).toEqual({ chosen: ["host sg-1"], left: [] });
  expect(ids([], [record("sg-2")])).toEqual({ chosen: ["host sg-2"], left: [] });
  expect(ids([record("sg-3", { vpcId: "vpc-2" })], [])).toEqual({ chosen: [], left: ["sg-3"] });
  expect(ids([record("sg-4", { name: "other" }), record("sg-1")], [record("sg-1")])).toEqual({
    ...{ chosen: ["host sg-1"], left: ["sg-4"] },
  });
  expect(ids([record("sg-4", { name: "other" })], [])).toEqual({ chosen: [], left: ["sg-4"] });
  // What is marked was read last, and is what counts.
  const { chosen } = chooseGroups([wanted], [record("sg-1", { description: "marked" })], [record("sg-1")]);
  expect(chosen.get("host")?.description).toBe("marked");
});

const https: Rule = { protocol: "tcp", fromPort: 443, toPort: 443, peer: "0.0.0.0/0", description: "HTTPS" };
const ssh: Rule = { protocol: "tcp", fromPort: 22, toPort: 22, peer: "@machine", description: "SSH" };

test.each<readonly [string, Rule]>([
  ["tcp 443 from 0.0.0.0/0", https],
  ["tcp 1-2 from pl-1", { protocol: "tcp", fromPort: 1, toPort: 2, peer: "pl-1", description: "" }],
  ["tcp from @host", { protocol: "tcp", fromPort: 0, toPort: 65_535, peer: "@host", description: "" }],
  ["tcp 0-65534 from @host", { protocol: "tcp", fromPort: 0, toPort: 65_534, peer: "@host", description: "" }],
  ["udp 1-65535 from @host", { protocol: "udp", fromPort: 1, toPort: 65_535, peer: "@host", description: "" }],
  ["icmp 8/0 from @host", { protocol: "icmp", fromPort: 8, toPort: 0, peer: "@host", description: "" }],
  ["icmp -1/-1 from @host", { protocol: "icmp", fromPort: -1, toPort: -1, peer: "@host", description: "" }],
  ["icmpv6 -1/-1 from ::/0", { protocol: "icmpv6", fromPort: -1, toPort: -1, peer: "::/0", description: "" }],
  ["all from sg-9", { protocol: "all", peer: "sg-9", description: "" }],
])("a rule is named %s", (key, rule) => {
  expect(ruleKey(rule, "ingress")).toBe(key);
  expect(ruleKey(rule, "egress")).toBe(key.replace(" from ", " to "));
});

test("rules are kept in the order of their names", () => {
  expect(Object.keys(rulesByKey([ssh, https], "ingress"))).toEqual(["tcp 22 from @machine", "tcp 443 from 0.0.0.0/0"]);
  expect(Object.keys(rulesByKey([https, ssh], "ingress"))).toEqual(["tcp 22 from @machine", "tcp 443 from 0.0.0.0/0"]);
});

test.each<readonly [string, RuleRecord["peer"]]>([
  ["10.0.0.0/8", { cidr: "10.0.0.0/8" }],
  ["::/0", { cidr6: "::/0" }],
  ["pl-1", { prefixList: "pl-1" }],
  ["sg-9", { group: "sg-9" }],
  ["123456789012/sg-9", { group: "123456789012/sg-9" }],
  ["@host", { group: "sg-1" }],
])("a peer %s is read and written as the same", (peer, told) => {
  const rule: Rule = { protocol: "all", peer, description: "" };
  expect(recordOf(rule, () => "sg-1")).toEqual({ protocol: "all", peer: told, description: "" });
  expect(ruleOf({ protocol: "all", peer: told, description: "" }, new Map([["sg-1", "host"]]))).toEqual(rule);
});

test("the group that a rule names is asked for by what the fleet calls it", () => {
  const asked: string[] = [];
  recordOf(ssh, (group) => `${asked.push(group)}`);
  expect(asked).toEqual(["machine"]);
});

const rules = { kind: "network", name: "rules/host" };
const wantedRules: RulesDesired = {
  ...{ type: "rules", role: "host", groupName: "fleetkeeper-acme-host", adopt: false },
  ingress: rulesByKey([https], "ingress"),
  egress: rulesByKey([ssh], "egress"),
};
const foundRules: RulesState = {
  ...{ type: "rules", groupId: "sg-1", marked: true, ingress: wantedRules.ingress, egress: wantedRules.egress },
};
const needs = ["host", "machine"].map((role) => ({ kind: "network", name: `group/${role}` }));

test("rules that aren't there are made once the groups are that they are of and that they name", () => {
  expect(diffRules(rules, undefined, wantedRules)).toEqual([
    {
      ...{ target: rules, verb: "create", risk: "safe", ownership: "none", needs },
      changes: [
        { path: "ingress[tcp 443 from 0.0.0.0/0]", to: { description: "HTTPS" } },
        { path: "egress[tcp 22 to @machine]", to: { description: "SSH" } },
      ],
      reason: "security group fleetkeeper-acme-host has no rules yet",
    },
  ]);
  expect(diffRules(rules, foundRules, wantedRules)).toEqual([]);
});

test("a rule too many is a way in, one too few a way that is closed, and both are told by name", () => {
  const all: Rule = { protocol: "all", peer: "::/0", description: "mine" };
  const ingress = rulesByKey([all, { ...https, description: "web" }], "ingress");
  const of = (fields: Partial<RulesState>, desired = wantedRules) =>
    diffRules(rules, { ...foundRules, ...fields }, desired);
  expect(of({ ingress, egress: {} })).toEqual([
    {
      ...{ target: rules, verb: "update", risk: "safe", ownership: "ours", needs },
      changes: [
        { path: "ingress[tcp 443 from 0.0.0.0/0].description", from: "web", to: "HTTPS" },
        { path: "ingress[all from ::/0]", from: { description: "mine" } },
        { path: "egress[tcp 22 to @machine]", to: { description: "SSH" } },
      ],
      reason:
        "security group fleetkeeper-acme-host allows all from ::/0, which the file doesn't declare, and lacks tcp 22 to @machine, and describes its rules otherwise",
    },
  ]);
  expect(of({ egress: {} })[0]?.reason).toBe("security group fleetkeeper-acme-host lacks tcp 22 to @machine");
  expect(of({ ingress: rulesByKey([https, all], "ingress") })[0]?.reason).toBe(
    "security group fleetkeeper-acme-host allows all from ::/0, which the file doesn't declare",
  );
  expect(of({ egress: {}, marked: false })[0]?.ownership).toBe("foreign");
  expect(of({ egress: {}, marked: false }, { ...wantedRules, adopt: true })[0]?.ownership).toBe("adopting");
});

test("a group of ours as EC2 makes it has no rules yet; somebody else's has those that let everything out", () => {
  const everything: RuleRecord = { protocol: "all", peer: { cidr: "0.0.0.0/0" }, description: "" };
  const everything6: RuleRecord = { protocol: "all", peer: { cidr6: "::/0" }, description: "" };
  const narrow: RuleRecord = { protocol: "all", peer: { cidr: "10.0.0.0/8" }, description: "" };
  const tcp: RuleRecord = { ...everything, protocol: "tcp", fromPort: 1, toPort: 1 };
  const of = (ingress: readonly RuleRecord[], egress: readonly RuleRecord[], marked = true) =>
    rulesState({ ...found, ingress, egress }, marked, new Map());
  expect(of([], [everything])).toBeUndefined();
  expect(of([], [everything, everything6])).toBeUndefined();
  expect(of([], [everything], false)).toEqual({
    ...{ type: "rules", groupId: "sg-1", marked: false, ingress: {} },
    egress: { "all to 0.0.0.0/0": { protocol: "all", peer: "0.0.0.0/0", description: "" } },
  });
  for (const egress of [[], [narrow], [everything, narrow], [tcp]]) expect(of([], egress)).toBeDefined();
  expect(Object.keys(of([narrow], [everything])?.ingress ?? {})).toEqual(["all from 10.0.0.0/8"]);
});
