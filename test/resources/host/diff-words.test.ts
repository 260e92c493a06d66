import { expect, test } from "vitest";
import { diffAddress } from "../../../shared/resources/host/address.ts";
import type { InstanceDesired } from "../../../shared/resources/host/desired.ts";
import {
  diffInstance,
  type InstanceState,
  instanceDeletion,
  instanceState,
  instanceTarget,
} from "../../../shared/resources/host/instance.ts";
import { recordDeletion, recordState, recordValue } from "../../../shared/resources/host/record.ts";
import { isDataVolume, volumeDeletion } from "../../../shared/resources/host/volume.ts";
import { impossible } from "../../../shared/resources/host/volume-settings.ts";

const tags = { "fleetkeeper:fleet": "acme" };
const metadata = { tokens: "required", hopLimit: 2, endpoint: "enabled" };
const root = { sizeGiB: 20, type: "gp3", encrypted: true };
const wanted: InstanceDesired = {
  ...{ type: "instance", image: { id: "ami-1" }, amiUpdates: "Report", profileName: "acme-host", metadata, tags },
  ...{ instanceType: "m7i.large", subnetId: "subnet-1", vpcId: "vpc-1", root, rootTags: tags },
  ...{ publicAddress: false, elasticAddress: false, terminationProtection: true },
};
const found: InstanceState = {
  ...{ type: "instance", id: "i-1", state: "running", imageId: "ami-1", instanceType: "m7i.large", zone: "a" },
  ...{ subnetId: "subnet-1", vpcId: "vpc-1", lentIp: false, groupIds: ["sg-1"], metadata, launchedAt: 1, tags },
  terminationProtection: true,
};
const diff = (fields: Partial<InstanceState>) =>
  diffInstance(
    instanceTarget,
    { ...found, ...fields },
    { ...wanted, instanceType: "m7i.xlarge" },
    { profile: undefined, groupIds: undefined },
  );

test("each action of a host names all that it changes", () => {
  const drafts = diff({ terminationProtection: false, tags: {}, imageId: "ami-0", subnetId: "subnet-0" });
  expect(drafts.map(({ verb, risk, reason }) => `${verb}, ${risk}: ${reason}`)).toEqual([
    "update, safe: host i-1 differs in terminationProtection, tags[fleetkeeper:fleet]",
    "update, disruptive: host i-1 is a m7i.large; it stops and starts to become a m7i.xlarge",
    "replace, destructive: host i-1 must be replaced on its data volume: imageId, subnetId can't change",
  ]);
});

test("neither a host nor its data goes because the file doesn't ask for it", () => {
  expect(instanceDeletion(instanceTarget, found)).toMatchObject({ ownership: "ours", protected: true });
  const target = { kind: "host", name: "volume/data" };
  expect(volumeDeletion(target, { type: "lost-volume", id: "vol-1" })).toEqual({
    ...{ target, verb: "delete", changes: [{ path: "id", from: "vol-1" }], risk: "destructive", ownership: "ours" },
    ...{ reason: "data volume vol-1 is this fleet's and the file doesn't ask for it", protected: true },
  });
});

test("a data volume is the one at the device for data, on this host", () => {
  const of = (attachment: object | undefined) => isDataVolume({ id: "vol-1", attachment } as never, "i-1");
  expect(of({ instanceId: "i-1", device: "/dev/sdf" })).toBe(true);
  expect(of({ instanceId: "i-1", device: "/dev/xvda" })).toBe(false);
  expect(of({ instanceId: "i-2", device: "/dev/sdf" })).toBe(false);
  expect(of(undefined)).toBe(false);
});

test("a host is read with what EC2 tells elsewhere, and without what only its launch needed", () => {
  const { type: _, terminationProtection, ...record } = found;
  const more = { terminationProtection, newestImage: { id: "ami-2" }, root: { ...root, id: "vol-0", tags } };
  const read = instanceState({ ...record, clientToken: "token", rootDevice: "/dev/xvda" }, more);
  expect(read).toStrictEqual({ ...found, ...more });
});

test("an address that leads nowhere is told as it is, and all that differs is named", () => {
  const target = { kind: "host", name: "address" };
  const desired = { type: "address", tags: { ...tags, team: "ci" } } as const;
  const observed = { type: "address", allocationId: "eipalloc-1", publicIp: "203.0.113.1", tags: {} } as const;
  const [marked, led] = diffAddress(target, observed, desired, new Map([["host/instance", { id: "i-1" }]]));
  expect(marked?.reason).toBe("address 203.0.113.1 differs in tags[fleetkeeper:fleet], tags[team]");
  expect(led?.changes).toStrictEqual([{ path: "instanceId", to: "i-1" }]);
});

test("a record of several values is told with all of them", () => {
  const values = ["203.0.113.1", "203.0.113.2"];
  const record = { type: "A", values, ttlSeconds: 60, mark: "acme" };
  const of = (mark: string) => recordState("Z1", "gitlab.example.com", mark, [record] as never);
  expect(of("other")?.others).toEqual(["A 203.0.113.1 203.0.113.2"]);
  const ours = of("acme") ?? expect.fail("it is there");
  expect(recordDeletion({ kind: "host", name: "record" }, ours)[0]?.changes).toEqual([
    { path: "value", from: "203.0.113.1 203.0.113.2" },
  ]);
});

test("a record leads to what the resource that it names tells, and nowhere while that tells nothing", () => {
  const outputs = new Map([["host/address", { publicIp: "203.0.113.1" }]]);
  expect(recordValue({ from: "address.publicIp" } as never, outputs)).toBe("203.0.113.1");
  expect(recordValue({ from: "instance.privateIp" } as never, outputs)).toBeUndefined();
  expect(recordValue({ from: "address" } as never, outputs)).toBeUndefined();
});

test("what EBS can't do is told by its field alone where the volume is the data's", () => {
  expect(impossible({ ...root, sizeGiB: 50 }, root)?.changes).toEqual([{ path: "sizeGiB", from: 50, to: 20 }]);
  expect(impossible({ ...root, encrypted: false }, root)).toEqual({
    changes: [{ path: "encrypted", from: false, to: true }],
    why: "encryption of an EBS volume can't be changed: restore an encrypted copy of a snapshot instead",
  });
});
