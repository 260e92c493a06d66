import { expect, test } from "vitest";
import type { OutputsByTarget } from "../../../shared/engine/kind.ts";
import type { TemplateDesired } from "../../../shared/resources/pool/desired.ts";
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
