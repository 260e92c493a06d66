import { expect, test } from "vitest";
import type { OutputsByTarget } from "../../../shared/engine/kind.ts";
import type { GroupDesired } from "../../../shared/resources/pool/desired.ts";
import {
  changesSettings,
  diffGroup,
  type GroupState,
  groupDeletion,
  groupFingerprint,
  groupSettings,
} from "../../../shared/resources/pool/group.ts";

const tags = { "fleetkeeper:fleet": "acme" };
const outputs: OutputsByTarget = new Map([["pool/template/acme-build", { id: "lt-1" }]]);
const noOutputs: OutputsByTarget = new Map();

const groupSet = {
  ...{ min: 0, max: 4, subnetIds: ["subnet-1", "subnet-2"], protectedFromScaleIn: true, healthCheck: "EC2" },
  ...{ capacityRebalance: false, maxInstanceLifetime: 0, templateVersion: "$Default", instanceTypes: ["m7i.large"] },
  ...{
    onDemandBase: 0,
    onDemandPercentage: 0,
    onDemandStrategy: "lowest-price",
    spotStrategy: "price-capacity-optimized",
  },
  spotMaxPrice: "",
};
const group: GroupDesired = {
  ...{ type: "group", name: "acme-build", settings: groupSet, suspended: ["AZRebalance"], tags, adopt: false },
};
const foundGroup: GroupState = {
  ...{ type: "group", name: "acme-build", ...groupSet, templateId: "lt-1", desired: 2, instances: [], ending: 0 },
  ...{ suspended: ["AZRebalance"], tags, propagated: Object.keys(tags), going: false },
};
const groupTarget = { kind: "pool", name: "group/acme-build" };
const groupNeeds = [{ kind: "pool", name: "template/acme-build" }];
const diffOfGroup = (fields: Partial<GroupState>, desired = group, marked = true, known = outputs) =>
  diffGroup(groupTarget, { ...foundGroup, ...fields }, desired, marked, known);

test("a group as the file asks for it is left alone, however many instances the runner wants", () => {
  expect(diffOfGroup({})).toEqual([]);
  expect(diffOfGroup({ desired: 3, instances: ["i-1"], ending: 1, tags: { ...tags, theirs: "1" } })).toEqual([]);
});

test("a group that isn't there is made once its template is there, with all that it is to be", () => {
  const [draft] = diffGroup(groupTarget, undefined, group, false, noOutputs);
  expect(draft).toMatchObject({
    ...{ target: groupTarget, verb: "create", risk: "safe", ownership: "none", needs: groupNeeds },
    reason: "Auto Scaling group acme-build doesn't exist",
  });
  expect(draft?.changes).toEqual([
    ...Object.entries(groupSet).map(([path, to]) => ({ path, to })),
    { path: "template", knownAfterApply: "pool/template/acme-build.id" },
    { path: "suspended", to: ["AZRebalance"] },
    { path: "tags[fleetkeeper:fleet]", to: "acme" },
  ]);
});

test.each(Object.keys(groupSet))("drift of %s is told by what it was and what it is to be", (path) => {
  const to = groupSet[path as keyof typeof groupSet];
  const from = Array.isArray(to) ? ["other"] : "other";
  const [draft] = diffOfGroup({ [path]: from });
  expect(draft).toMatchObject({ verb: "update", ownership: "ours", needs: groupNeeds });
  expect(draft?.changes).toEqual([{ path, from, to }]);
  expect(draft?.reason).toBe(`Auto Scaling group acme-build differs in ${path}`);
  expect(changesSettings([{ path }])).toBe(true);
});

test("another template, processes that were resumed, and tags that aren't handed on are drift too", () => {
  expect(diffOfGroup({ templateId: "lt-0" })[0]?.changes).toEqual([{ path: "template", from: "lt-0", to: "lt-1" }]);
  expect(diffOfGroup({ suspended: [] })[0]?.changes).toEqual([{ path: "suspended", from: [], to: ["AZRebalance"] }]);
  expect(diffOfGroup({ propagated: [] })[0]?.changes).toEqual([
    { path: "propagated[fleetkeeper:fleet]", from: false, to: true },
  ]);
  expect(diffOfGroup({ propagated: [], tags: {} })[0]?.changes).toEqual([
    { path: "tags[fleetkeeper:fleet]", to: "acme" },
  ]);
  expect(changesSettings([{ path: "template" }])).toBe(true);
  expect(changesSettings([{ path: "suspended" }, { path: "tags[a]" }])).toBe(false);
});

test("what may end an instance that runs keeps to the window", () => {
  const risk = (fields: Partial<GroupState>) => diffOfGroup({ templateId: "lt-0", ...fields })[0]?.risk;
  expect(risk({ instances: ["i-1"] })).toBe("safe");
  expect(risk({ instances: ["i-1"], subnetIds: ["subnet-1", "subnet-9"] })).toBe("disruptive");
  expect(risk({ instances: ["i-1"], subnetIds: ["subnet-1"] })).toBe("safe");
  expect(risk({ instances: [], subnetIds: ["subnet-9"] })).toBe("safe");
  expect(risk({ instances: ["i-1"], desired: 4 })).toBe("safe");
  expect(risk({ instances: ["i-1"], desired: 5 })).toBe("disruptive");
});

test("a group without our mark is adopted where the file says so, and foreign else", () => {
  const draft = {
    ...{ target: groupTarget, verb: "adopt", changes: [], risk: "safe", needs: groupNeeds },
    reason: "Auto Scaling group acme-build exists and isn't marked as this fleet's",
  };
  expect(diffOfGroup({}, group, false)).toEqual([{ ...draft, ownership: "foreign" }]);
  expect(diffOfGroup({}, { ...group, adopt: true }, false)).toEqual([{ ...draft, ownership: "adopting" }]);
});

test("Auto Scaling is told the template's id, and nothing before it is known", () => {
  expect(groupSettings(group, outputs)).toEqual({ ...groupSet, templateId: "lt-1" });
  const pending = { code: "DependencyPending", class: "retry", message: "launch template acme-build isn't known yet" };
  expect(() => groupSettings(group, noOutputs)).toThrow(expect.objectContaining(pending));
});

test("a group that left the file waits for a person, says how many end with it, and is deleted once", () => {
  const draft = {
    ...{ target: groupTarget, verb: "delete", changes: [{ path: "name", from: "acme-build" }], risk: "destructive" },
    ownership: "ours",
  };
  const reason = "Auto Scaling group acme-build is this fleet's and the file doesn't ask for it";
  expect(groupDeletion(groupTarget, foundGroup)).toEqual([{ ...draft, reason }]);
  expect(groupDeletion(groupTarget, { ...foundGroup, instances: ["i-1", "i-2"] })).toEqual([
    { ...draft, reason: `${reason}; it has 2 instances, which end with it` },
  ]);
  expect(groupDeletion(groupTarget, { ...foundGroup, going: true })).toEqual([]);
});

test("a plan of a group doesn't go stale because instances come and go", () => {
  const { desired: _d, instances: _i, ending: _e, ...rest } = foundGroup;
  expect(groupFingerprint(foundGroup)).toEqual(rest);
});
