import { expect, test } from "vitest";
import type { InstanceDesired } from "../../../shared/resources/host/desired.ts";
import {
  diffInstance,
  hostInputs,
  type InstanceState,
  instanceDeletion,
  instanceFingerprint,
  instanceNeeds,
  instanceTarget,
} from "../../../shared/resources/host/instance.ts";

const tags = { "fleetkeeper:fleet": "acme" };
const metadata = { tokens: "required", hopLimit: 2, endpoint: "enabled" };
const root = { sizeGiB: 20, type: "gp3", encrypted: true };
const wanted: InstanceDesired = {
  ...{
    type: "instance",
    image: { id: "ami-1" },
    amiUpdates: "Report",
    instanceType: "m7i.large",
    profileName: "acme-host",
  },
  ...{ subnetId: "subnet-1", vpcId: "vpc-1", publicAddress: false, elasticAddress: false, terminationProtection: true },
  ...{ metadata, root, tags, rootTags: tags },
};
const profile = { arn: "arn:p", id: "AIPA1" };
const found: InstanceState = {
  ...{ type: "instance", id: "i-1", state: "running", imageId: "ami-1", instanceType: "m7i.large", zone: "a" },
  ...{ subnetId: "subnet-1", vpcId: "vpc-1", lentIp: false, groupIds: ["sg-1", "sg-2"], profile, metadata },
  ...{ terminationProtection: true, launchedAt: 1, tags, root: { ...root, id: "vol-0", tags } },
};
const inputs = { profile, groupIds: ["sg-1", "sg-2"] };
const diff = (
  fields: Partial<InstanceState>,
  desired: Partial<InstanceDesired> = {},
  known: typeof inputs | object = {},
) => diffInstance(instanceTarget, { ...found, ...fields }, { ...wanted, ...desired }, { ...inputs, ...known });

test("a host as the file asks for it is left alone, whatever others tagged it with", () => {
  expect(diff({})).toEqual([]);
  expect(
    diff({ state: "pending", tags: { ...tags, theirs: "1" }, privateIp: "10.0.0.1", publicIp: "203.0.113.1" }),
  ).toEqual([]);
});

test("a fleet without a host gets one, with all that it is to be", () => {
  const changes = (desired: Partial<InstanceDesired>, groupIds: readonly string[] | undefined) =>
    diffInstance(instanceTarget, undefined, { ...wanted, ...desired }, { profile: undefined, groupIds });
  const [draft] = changes({}, ["sg-1"]);
  expect(draft).toEqual({
    ...{ target: instanceTarget, verb: "create", risk: "safe", ownership: "none", needs: instanceNeeds },
    reason: "the fleet has no host",
    changes: [
      { path: "imageId", to: "ami-1" },
      { path: "instanceType", to: "m7i.large" },
      { path: "subnetId", to: "subnet-1" },
      { path: "profile", to: "acme-host" },
      { path: "groupIds", to: ["sg-1"] },
      { path: "metadata.tokens", to: "required" },
      { path: "metadata.hopLimit", to: 2 },
      { path: "terminationProtection", to: true },
      { path: "publicAddress", to: false },
      { path: "rootVolume.sizeGiB", to: 20 },
      { path: "rootVolume.type", to: "gp3" },
      { path: "rootVolume.encrypted", to: true },
      { path: "tags[fleetkeeper:fleet]", to: "acme" },
    ],
  });
  const later = changes({ image: { ssm: "/aws/ami" } }, undefined)[0]?.changes;
  expect(later?.[0]).toEqual({ path: "imageId", to: "the AMI behind /aws/ami" });
  expect(later?.[4]).toEqual({ path: "groupIds", knownAfterApply: "network/group/host.id" });
  expect(instanceNeeds.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    ...["iam/role/host", "iam/profile/host", "network/group/host", "network/group/egress"],
  ]);
});

test.each<readonly [string, Partial<InstanceState>, readonly object[]]>([
  ["protection", { terminationProtection: false }, [{ path: "terminationProtection", from: false, to: true }]],
  [
    "tokens",
    { metadata: { ...metadata, tokens: "optional" } },
    [{ path: "metadata.tokens", from: "optional", to: "required" }],
  ],
  ["hops", { metadata: { ...metadata, hopLimit: 1 } }, [{ path: "metadata.hopLimit", from: 1, to: 2 }]],
  [
    "the endpoint",
    { metadata: { ...metadata, endpoint: "disabled" } },
    [{ path: "metadata.endpoint", from: "disabled", to: "enabled" }],
  ],
  ["the profile", { profile: { arn: "arn:x", id: "AIPA1" } }, [{ path: "profile", from: "arn:x", to: "arn:p" }]],
  [
    "a profile made anew",
    { profile: { arn: "arn:p", id: "AIPA0" } },
    [{ path: "profile", from: "arn:p (AIPA0)", to: "arn:p (AIPA1)" }],
  ],
  ["the groups", { groupIds: ["sg-1"] }, [{ path: "groupIds", from: ["sg-1"], to: ["sg-1", "sg-2"] }]],
  ["a tag", { tags: {} }, [{ path: "tags[fleetkeeper:fleet]", to: "acme" }]],
  [
    "the root volume's size",
    { root: { ...root, sizeGiB: 8, id: "v", tags } },
    [{ path: "rootVolume.sizeGiB", from: 8, to: 20 }],
  ],
  [
    "the root volume's tag",
    { root: { ...root, id: "v", tags: {} } },
    [{ path: "rootVolume.tags[fleetkeeper:fleet]", to: "acme" }],
  ],
])("drift of %s is put back under the running host", (_what, fields, changes) => {
  const reason = `host i-1 differs in ${changes.map((change) => Object(change).path).join(", ")}`;
  expect(diff(fields)).toEqual([
    { target: instanceTarget, verb: "update", risk: "safe", ownership: "ours", needs: instanceNeeds, changes, reason },
  ]);
});

test("a host without a profile gets one, and nothing is compared with what isn't known yet", () => {
  const { profile: _, ...bare } = found;
  expect(diffInstance(instanceTarget, bare, wanted, inputs)[0]?.changes).toEqual([{ path: "profile", to: "arn:p" }]);
  expect(diff({ groupIds: [] }, {}, { profile: undefined, groupIds: undefined })).toEqual([]);
  const { root: _root, ...rootless } = found;
  expect(
    diffInstance(instanceTarget, rootless, { ...wanted, root: { ...root, sizeGiB: 99, encrypted: false } }, inputs),
  ).toEqual([]);
});

test("a host that is down is started, with another type where the file says so", () => {
  for (const state of ["stopped", "stopping"] as const) {
    const [draft, ...more] = diff({ state, instanceType: "t3.large" });
    expect(more).toEqual([]);
    expect(draft).toMatchObject({ verb: "update", risk: "safe", reason: `host i-1 is ${state}` });
    expect(draft?.changes).toEqual([
      { path: "state", from: state, to: "running" },
      { path: "instanceType", from: "t3.large", to: "m7i.large" },
    ]);
  }
});

test("another type stops a host that runs: it keeps to the window, apart from what doesn't", () => {
  const drafts = diff({ instanceType: "t3.large", terminationProtection: false });
  expect(drafts.map(({ risk, changes }) => [risk, changes.map(({ path }) => path)])).toEqual([
    ["safe", ["terminationProtection"]],
    ["disruptive", ["instanceType"]],
  ]);
  expect(drafts[1]?.reason).toBe("host i-1 is a t3.large; it stops and starts to become a m7i.large");
});

test("a host can't leave its VPC: that is refused, and nothing is replaced or moved between groups", () => {
  const drafts = diff({ vpcId: "vpc-0", subnetId: "subnet-0", groupIds: [] });
  expect(drafts).toHaveLength(1);
  expect(drafts[0]).toMatchObject({
    verb: "update",
    risk: "safe",
    reason: "host i-1 is in another VPC than the file's",
  });
  expect(drafts[0]?.changes).toEqual([{ path: "vpcId", from: "vpc-0", to: "vpc-1" }]);
  expect(drafts[0]?.refused).toMatch(/can't leave its VPC .* it is in vpc-0 and the file says vpc-1/);
});

test.each<readonly [string, Partial<InstanceState>, Partial<InstanceDesired>, readonly object[]]>([
  ["another image", { imageId: "ami-0" }, {}, [{ path: "imageId", from: "ami-0", to: "ami-1" }]],
  ["another subnet", { subnetId: "subnet-0" }, {}, [{ path: "subnetId", from: "subnet-0", to: "subnet-1" }]],
  [
    "a lent address too many",
    { publicIp: "203.0.113.1", lentIp: true },
    {},
    [{ path: "publicAddress", from: true, to: false }],
  ],
  ["a lent address too few", {}, { publicAddress: true }, [{ path: "publicAddress", from: false, to: true }]],
  [
    "an open root volume",
    { root: { ...root, encrypted: false, id: "v", tags } },
    {},
    [{ path: "rootVolume.encrypted", from: false, to: true }],
  ],
  [
    "a newer image, where the file follows",
    { newestImage: { id: "ami-2" } },
    { image: { ssm: "/aws/ami" }, amiUpdates: "Replace" },
    [{ path: "imageId", from: "ami-1", to: "ami-2" }],
  ],
])("%s takes another instance, by a person's word", (_what, fields, desired, changes) => {
  const [draft, ...more] = diff(fields, desired);
  expect(more).toEqual([]);
  expect(draft).toMatchObject({ verb: "replace", risk: "destructive", ownership: "ours", changes });
  expect(draft?.reason).toMatch(/^host i-1 must be replaced on its data volume: .* can't change$/);
});

test("a newer image is only told where the file doesn't follow, or where it isn't known", () => {
  const image = { ssm: "/aws/ami" };
  expect(diff({ newestImage: { id: "ami-2" } }, { image })).toEqual([]);
  expect(diff({ newestImage: { unknown: "Denied" } }, { image, amiUpdates: "Replace" })).toEqual([]);
  expect(diff({}, { image, amiUpdates: "Replace" })).toEqual([]);
  expect(diff({ newestImage: { id: "ami-2" } }, { amiUpdates: "Replace" })).toEqual([]);
});

test("whether an address is lent says nothing while an Elastic IP is wanted or there, or the host doesn't run", () => {
  const lent = { publicIp: "203.0.113.1", lentIp: true };
  expect(diff(lent, { elasticAddress: true })).toEqual([]);
  expect(diff({ ...lent, state: "pending" })).toEqual([]);
  expect(diff({ publicIp: "203.0.113.1", lentIp: false }, { publicAddress: true })).toEqual([]);
});

test("a root volume can't shrink: that is refused, and the host stays", () => {
  const drafts = diff({ root: { ...root, sizeGiB: 50, id: "v", tags } });
  expect(drafts).toMatchObject([
    { verb: "update", risk: "safe", changes: [{ path: "rootVolume.sizeGiB", from: 50, to: 20 }] },
  ]);
  expect(drafts[0]?.reason).toBe("the root volume of i-1 differs in what can't change");
  expect(drafts[0]?.refused).toBe("an EBS volume can't shrink: it has 50 GiB and the file asks for 20");
});

test("what the host gets of other kinds counts once all of it is known", () => {
  const all = new Map([
    ["iam/profile/host", { arn: "arn:p", id: "AIPA1" }],
    ["network/group/host", { id: "sg-2" }],
    ["network/group/egress", { id: "sg-1" }],
  ]);
  expect(hostInputs(all)).toEqual(inputs);
  expect(hostInputs(new Map([["network/group/host", { id: "sg-2" }]]))).toEqual({
    profile: undefined,
    groupIds: undefined,
  });
  expect(hostInputs(new Map([["iam/profile/host", { arn: "arn:p" }]])).profile).toEqual({ arn: "arn:p", id: "" });
});

test("an approval outlives a start and a newer image, and nothing else", () => {
  const of = (fields: Partial<InstanceState>) => JSON.stringify(instanceFingerprint({ ...found, ...fields }));
  expect(of({ state: "pending", launchedAt: 9, lentIp: true, publicIp: "x", newestImage: { id: "ami-9" } })).toBe(
    of({}),
  );
  for (const fields of [{ state: "stopped" }, { imageId: "x" }, { groupIds: [] }] as const)
    expect(of(fields)).not.toBe(of({}));
  expect(instanceDeletion(instanceTarget, found)).toMatchObject({
    ...{ verb: "delete", risk: "destructive", protected: true, changes: [{ path: "id", from: "i-1" }] },
    reason: "host i-1 is this fleet's and the file doesn't ask for it",
  });
});
