import { expect, test } from "vitest";
import type { OutputsByTarget } from "../../../shared/engine/kind.ts";
import type { GroupDesired, TemplateDesired } from "../../../shared/resources/pool/desired.ts";
import {
  changesSettings,
  diffGroup,
  type GroupState,
  groupDeletion,
  groupFingerprint,
  groupSettings,
} from "../../../shared/resources/pool/group.ts";
import {
  change,
  changesData,
  diffTemplate,
  settingsOf,
  type TemplateState,
  templateDeletion,
} from "../../../shared/resources/pool/template.ts";

const tags = { "fleetkeeper:fleet": "acme" };
const outputs: OutputsByTarget = new Map([
  ["network/group/machine", { id: "sg-2" }],
  ["network/group/egress", { id: "sg-1" }],
  ["pool/template/acme-build", { id: "lt-1" }],
]);
const noOutputs: OutputsByTarget = new Map();

const root = { sizeGiB: 50, type: "gp3", encrypted: true, deleteOnTermination: true };
const settings = {
  ...{ instanceType: "m7i.large", profileName: "acme-machine", publicAddress: false },
  ...{ metadata: { tokens: "required", hopLimit: 1, endpoint: "enabled" }, root },
  ...{ instanceTags: { a: "1" }, volumeTags: { v: "1" } },
};
const template: TemplateDesired = {
  type: "template",
  name: "acme-build",
  image: { id: "ami-1" },
  settings,
  tags,
  adopt: false,
};
const foundTemplate: TemplateState = {
  ...{ type: "template", id: "lt-1", name: "acme-build", defaultVersion: 1, latestVersion: 1, tags },
  image: { id: "ami-1", rootDevice: "/dev/xvda" },
  data: {
    ...settings,
    imageId: "ami-1",
    groupIds: ["sg-1", "sg-2"],
    root: { ...root, device: "/dev/xvda" },
    others: [],
  },
};
const templateTarget = { kind: "pool", name: "template/acme-build" };
const templateNeeds = [
  ...["machine", "egress"].map((role) => ({ kind: "network", name: `group/${role}` })),
  { kind: "iam", name: "profile/machine" },
];
const diffOfTemplate = (fields: Partial<TemplateState>, desired = template, marked = true, known = outputs) =>
  diffTemplate(templateTarget, { ...foundTemplate, ...fields }, desired, marked, known);
const data = (fields: object) => ({ data: { ...foundTemplate.data, ...fields } });

test("a template as the file asks for it is left alone, whatever others tagged it with", () => {
  expect(diffOfTemplate({})).toEqual([]);
  expect(diffOfTemplate({ tags: { ...tags, theirs: "1" } })).toEqual([]);
});

test("a template that isn't there is made once groups and profile are there, with all that it is to be", () => {
  const [draft] = diffTemplate(templateTarget, undefined, template, false, noOutputs);
  expect(draft).toEqual({
    ...{ target: templateTarget, verb: "create", risk: "safe", ownership: "none", needs: templateNeeds },
    reason: "launch template acme-build doesn't exist",
    changes: [
      { path: "name", to: "acme-build" },
      { path: "instanceType", to: "m7i.large" },
      { path: "profile", to: "acme-machine" },
      { path: "groups", knownAfterApply: "network/group/machine.id" },
      { path: "publicAddress", to: false },
      { path: "metadata.tokens", to: "required" },
      { path: "metadata.hopLimit", to: 1 },
      { path: "metadata.endpoint", to: "enabled" },
      { path: "root.sizeGiB", to: 50 },
      { path: "root.type", to: "gp3" },
      { path: "root.encrypted", to: true },
      { path: "root.deleteOnTermination", to: true },
      { path: "instanceTags[a]", to: "1" },
      { path: "volumeTags[v]", to: "1" },
      { path: "tags[fleetkeeper:fleet]", to: "acme" },
    ],
  });
});

const rootWith = (fields: object) => data({ root: { ...root, device: "/dev/xvda", ...fields } });
const metadataWith = (fields: object) => data({ metadata: { ...settings.metadata, ...fields } });
test.each<readonly [string, Partial<TemplateState>, readonly object[]]>([
  ["the image", data({ imageId: "ami-0" }), [{ path: "imageId", from: "ami-0", to: "ami-1" }]],
  ["the type", data({ instanceType: "t3.micro" }), [{ path: "instanceType", from: "t3.micro", to: "m7i.large" }]],
  ["the profile", data({ profileName: "x" }), [{ path: "profile", from: "x", to: "acme-machine" }]],
  ["the groups", data({ groupIds: ["sg-1"] }), [{ path: "groups", from: ["sg-1"], to: ["sg-1", "sg-2"] }]],
  ["the address", data({ publicAddress: true }), [{ path: "publicAddress", from: true, to: false }]],
  ["tokens", metadataWith({ tokens: "optional" }), [{ path: "metadata.tokens", from: "optional", to: "required" }]],
  ["hops", metadataWith({ hopLimit: 2 }), [{ path: "metadata.hopLimit", from: 2, to: 1 }]],
  [
    "the endpoint",
    metadataWith({ endpoint: "disabled" }),
    [{ path: "metadata.endpoint", from: "disabled", to: "enabled" }],
  ],
  ["the device", rootWith({ device: "/dev/sda1" }), [{ path: "root.device", from: "/dev/sda1", to: "/dev/xvda" }]],
  ["the size", rootWith({ sizeGiB: 8 }), [{ path: "root.sizeGiB", from: 8, to: 50 }]],
  ["the disk's type", rootWith({ type: "gp2" }), [{ path: "root.type", from: "gp2", to: "gp3" }]],
  ["operations a second", rootWith({ iops: 4000 }), [{ path: "root.iops", from: 4000 }]],
  ["encryption", rootWith({ encrypted: false }), [{ path: "root.encrypted", from: false, to: true }]],
  [
    "the disk's end",
    rootWith({ deleteOnTermination: false }),
    [{ path: "root.deleteOnTermination", from: false, to: true }],
  ],
  [
    "an instance's tag",
    data({ instanceTags: { a: "2", b: "1" } }),
    [
      { path: "instanceTags[a]", from: "2", to: "1" },
      { path: "instanceTags[b]", from: "1" },
    ],
  ],
  ["a volume's tag", data({ volumeTags: {} }), [{ path: "volumeTags[v]", to: "1" }]],
  ["user data", data({ others: ["UserData"] }), [{ path: "others[UserData]", from: "set" }]],
  [
    "no metadata",
    data({ metadata: undefined }),
    [
      { path: "metadata.tokens", to: "required" },
      { path: "metadata.hopLimit", to: 1 },
      { path: "metadata.endpoint", to: "enabled" },
    ],
  ],
])("a version that differs in %s is told, and what runs takes no notice", (_what, fields, expected) => {
  const [draft] = diffOfTemplate(fields);
  expect(draft).toMatchObject({ verb: "update", risk: "safe", ownership: "ours", needs: templateNeeds });
  expect(draft?.changes).toEqual(expected);
  expect(draft?.reason).toMatch(
    /^launch template acme-build differs in .*: a new version, which what runs takes no notice of$/,
  );
});

test("tags of a template alone make no new version", () => {
  expect(diffOfTemplate({ tags: {} })[0]?.reason).toBe("launch template acme-build differs in tags[fleetkeeper:fleet]");
  expect(changesData([{ path: "tags[a]", to: "1" }])).toBe(false);
  expect(
    changesData([
      { path: "tags[a]", to: "1" },
      { path: "imageId", to: "ami-1" },
    ]),
  ).toBe(true);
  expect(changesData([{ path: "instanceTags[a]", to: "1" }])).toBe(true);
});

test("operations a second are compared where they are asked for", () => {
  const fast: TemplateDesired = { ...template, settings: { ...settings, root: { ...root, iops: 4000 } } };
  expect(diffOfTemplate({}, fast)[0]?.changes).toEqual([{ path: "root.iops", to: 4000 }]);
  expect(diffOfTemplate(rootWith({ iops: 4000 }), fast)).toEqual([]);
});

test("an image that couldn't be looked up leaves the template unknown; one nobody asked for isn't compared", () => {
  expect(() => diffOfTemplate({ imageUnknown: "denied" })).toThrow(
    expect.objectContaining({ code: "ImageUnknown", class: "unknown", message: "denied" }),
  );
  const { image: _, ...without } = foundTemplate;
  const other = { ...without, ...data({ imageId: "ami-0", root: { ...root, device: "/dev/sda1" } }) };
  expect(diffTemplate(templateTarget, other, template, true, outputs)).toEqual([]);
});

test("a template without our mark is adopted where the file says so, and foreign else", () => {
  const draft = {
    ...{ target: templateTarget, verb: "adopt", changes: [], risk: "safe", needs: templateNeeds },
    reason: "launch template acme-build (lt-1) exists and isn't marked as this fleet's",
  };
  expect(diffOfTemplate({}, template, false)).toEqual([{ ...draft, ownership: "foreign" }]);
  expect(diffOfTemplate({}, { ...template, adopt: true }, false)).toEqual([{ ...draft, ownership: "adopting" }]);
});

test("a version says everything, and waits for both groups", () => {
  const image = { id: "ami-1", rootDevice: "/dev/xvda" };
  const { others: _, ...whole } = foundTemplate.data;
  expect(settingsOf(template, image, outputs)).toEqual(whole);
  const one: OutputsByTarget = new Map([["network/group/machine", { id: "sg-2" }]]);
  const pending = {
    code: "DependencyPending",
    class: "retry",
    message: "the machines' security groups aren't known yet",
  };
  expect(() => settingsOf(template, image, one)).toThrow(expect.objectContaining(pending));
  expect(diffOfTemplate({}, template, true, one)[0]?.changes).toEqual([
    { path: "groups", knownAfterApply: "network/group/machine.id" },
  ]);
});

test("a template that left the file goes after its group", () => {
  expect(templateDeletion(templateTarget, foundTemplate)).toEqual({
    ...{ target: templateTarget, verb: "delete", changes: [{ path: "id", from: "lt-1" }], risk: "destructive" },
    ...{ ownership: "ours", needs: [{ kind: "pool", name: "group/acme-build" }] },
    reason: "launch template acme-build is this fleet's and the file doesn't ask for it",
  });
});

test("a value is told by what it was and what it is to be", () => {
  expect(change("a", [1], [1])).toEqual([]);
  expect(change("a", undefined, undefined)).toEqual([]);
  expect(change("a", undefined, 1)).toStrictEqual([{ path: "a", to: 1 }]);
  expect(change("a", 1, undefined)).toStrictEqual([{ path: "a", from: 1 }]);
});

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
