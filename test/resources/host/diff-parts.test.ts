import { expect, test } from "vitest";
import {
  type AddressState,
  addressDeletion,
  addressState,
  diffAddress,
} from "../../../shared/resources/host/address.ts";
import type { AddressDesired, RecordDesired, VolumeDesired } from "../../../shared/resources/host/desired.ts";
import { instanceTarget } from "../../../shared/resources/host/instance.ts";
import { diffRecord, type RecordState, recordDeletion, recordState } from "../../../shared/resources/host/record.ts";
import { diffVolume, type VolumeThere, volumeFingerprint, volumeState } from "../../../shared/resources/host/volume.ts";
import { growth, impossible, shapeOf } from "../../../shared/resources/host/volume-settings.ts";

const tags = { "fleetkeeper:fleet": "acme" };
const settings = { sizeGiB: 100, type: "gp3", encrypted: true };
const volume: VolumeDesired = { type: "volume", settings, subnetId: "subnet-1", tags, deletionPolicy: "Retain" };
const attachment = { instanceId: "i-1", device: "/dev/sdf", state: "attached", deleteOnTermination: false };
const foundVolume: VolumeThere = {
  ...{ type: "volume", id: "vol-1", zone: "a", state: "in-use", shape: settings, attachment, remembered: true, tags },
};
const volumeTarget = { kind: "host", name: "volume/data" };
const host = new Map([["host/instance", { id: "i-1" }]]);
const diffOfVolume = (fields: Partial<VolumeThere>, desired = volume, outputs = host) =>
  diffVolume(volumeTarget, { ...foundVolume, ...fields }, desired, outputs);

test("a data volume is made where there never was one, and by a person's word where one is gone", () => {
  expect(diffOfVolume({})).toEqual([]);
  const changes = [
    ...Object.entries(settings).map(([path, to]) => ({ path, to })),
    { path: "tags[fleetkeeper:fleet]", to: "acme" },
  ];
  const draft = { target: volumeTarget, verb: "create", changes, ownership: "none" };
  expect(diffVolume(volumeTarget, undefined, volume, host)).toEqual([
    { ...draft, risk: "safe", reason: "the fleet has no data volume" },
  ]);
  const [blank] = diffVolume(volumeTarget, { type: "lost-volume", id: "vol-0" }, volume, host);
  expect(blank).toMatchObject({ ...draft, risk: "destructive" });
  expect(blank?.reason).toMatch(/^data volume vol-0 is gone; a blank one starts a GitLab without data/);
});

test("a data volume grows, never goes with its instance, and carries its tags", () => {
  const [draft, ...more] = diffOfVolume({
    ...{ shape: { ...settings, sizeGiB: 50 }, attachment: { ...attachment, deleteOnTermination: true }, tags: {} },
  });
  expect(more).toEqual([]);
  expect(draft).toMatchObject({ verb: "update", risk: "safe", ownership: "ours" });
  expect(draft?.changes).toEqual([
    { path: "sizeGiB", from: 50, to: 100 },
    { path: "deleteOnTermination", from: true, to: false },
    { path: "tags[fleetkeeper:fleet]", to: "acme" },
  ]);
  expect(draft?.reason).toBe("data volume vol-1 differs in sizeGiB, deleteOnTermination, tags[fleetkeeper:fleet]");
});

test("what EBS can't do is refused", () => {
  const [draft] = diffOfVolume({ shape: { ...settings, sizeGiB: 500 } });
  expect(draft).toMatchObject({ risk: "safe", reason: "data volume vol-1 differs in what can't change" });
  expect(draft?.refused).toBe("an EBS volume can't shrink: it has 500 GiB and the file asks for 100");
  expect(impossible({ ...settings, encrypted: false }, settings, "x.")).toMatchObject({
    ...{ changes: [{ path: "x.encrypted", from: false, to: true }] },
  });
  expect(impossible(settings, settings)).toBeUndefined();
  expect(
    growth(
      { ...settings, type: "gp2", iops: 1, throughputMiBps: 1 },
      { ...settings, iops: 3000, throughputMiBps: 125 },
      "x.",
    ),
  ).toEqual([
    { path: "x.type", from: "gp2", to: "gp3" },
    { path: "x.iops", from: 1, to: 3000 },
    { path: "x.throughputMiBps", from: 1, to: 125 },
  ]);
  expect(growth({ ...settings, iops: 9, throughputMiBps: 9, sizeGiB: 200 }, settings)).toEqual([]);
});

test("a data volume that nothing holds is attached to the host, once that is known", () => {
  const { attachment: _, ...loose } = foundVolume;
  const draft = { target: volumeTarget, verb: "update", ownership: "ours", needs: [instanceTarget], risk: "safe" };
  const reason = "data volume vol-1 isn't attached to the host";
  expect(diffVolume(volumeTarget, loose, volume, host)).toEqual([
    { ...draft, reason, changes: [{ path: "attachedTo", to: "i-1" }] },
  ]);
  expect(diffVolume(volumeTarget, loose, volume, new Map())).toEqual([
    { ...draft, reason, changes: [{ path: "attachedTo", knownAfterApply: "host/instance.id" }] },
  ]);
  const elsewhere = { attachment: { ...attachment, instanceId: "i-9" } };
  expect(diffOfVolume(elsewhere)[0]?.reason).toMatch(
    /^data volume vol-1 is attached to i-9, which isn't the fleet's host/,
  );
  expect(diffOfVolume(elsewhere)).toMatchObject([
    { ...draft, risk: "destructive", changes: [{ path: "attachedTo", from: "i-9", to: "i-1" }] },
  ]);
  expect(diffOfVolume(elsewhere, volume, new Map())).toEqual([]);
  expect(diffOfVolume({ remembered: false })).toEqual([
    {
      ...{ ...draft, changes: [{ path: "remembered", from: false, to: true }] },
      reason: "host i-1 doesn't carry the id of its data volume",
    },
  ]);
  expect(diffOfVolume({ remembered: false }, volume, new Map())).toEqual([]);
});

test("a volume is read with its shape, and its fingerprint is of what it is and whom it serves", () => {
  const record = {
    id: "vol-1",
    zone: "a",
    state: "in-use",
    tags,
    attachment,
    ...settings,
    iops: 3000,
    throughputMiBps: 125,
    kmsKey: "k",
  };
  const shape = { ...settings, iops: 3000, throughputMiBps: 125, kmsKey: "k" };
  expect(shapeOf(record)).toStrictEqual(shape);
  expect(
    shapeOf({ ...record, ...settings, iops: undefined, throughputMiBps: undefined, kmsKey: undefined } as never),
  ).toStrictEqual(settings);
  expect(volumeState(record, true)).toStrictEqual({ ...foundVolume, shape });
  const { attachment: _, ...loose } = record;
  expect(volumeState(loose, false)).not.toHaveProperty("attachment");
  expect(volumeFingerprint(foundVolume)).toMatchObject({ attachedTo: "i-1", goes: false });
  expect(volumeFingerprint({ ...foundVolume, state: "creating" })).toEqual(volumeFingerprint(foundVolume));
  const { attachment: _a, ...unattached } = foundVolume;
  expect(volumeFingerprint(unattached)).toMatchObject({ attachedTo: null, goes: false });
  expect(volumeFingerprint({ type: "lost-volume", id: "vol-0" })).toEqual({ type: "lost-volume", id: "vol-0" });
});

const address: AddressDesired = { type: "address", tags };
const foundAddress: AddressState = {
  type: "address",
  allocationId: "eipalloc-1",
  publicIp: "203.0.113.1",
  instanceId: "i-1",
  tags,
};
const addressTarget = { kind: "host", name: "address" };
const diffOfAddress = (fields: Partial<AddressState>, desired = address, outputs = host) =>
  diffAddress(addressTarget, { ...foundAddress, ...fields }, desired, outputs);

test("an address is made, or is the one that the file names, and leads to the host", () => {
  expect(diffOfAddress({})).toEqual([]);
  const made = {
    target: addressTarget,
    verb: "create",
    changes: [{ path: "tags[fleetkeeper:fleet]", to: "acme" }],
    risk: "safe",
    ownership: "none",
  };
  expect(diffAddress(addressTarget, undefined, address, host)).toEqual([
    { ...made, reason: "the host has no Elastic IP" },
  ]);
  const given: AddressDesired = { ...address, allocationId: "eipalloc-9" };
  expect(diffAddress(addressTarget, undefined, given, host)).toEqual([
    {
      ...{ ...made, reason: "address eipalloc-9 doesn't exist" },
      refused: "this account and region have no address eipalloc-9: correct spec.host.publicAddress.allocationId",
    },
  ]);
  expect(diffOfAddress({ tags: {} })).toMatchObject([
    { verb: "update", risk: "safe", reason: "address 203.0.113.1 differs in tags[fleetkeeper:fleet]" },
  ]);
  expect(diffOfAddress({ tags: {} }, given)).toEqual([]);
  const led = (change: object) => ({
    ...{ target: addressTarget, verb: "update", ownership: "ours", risk: "safe", needs: [instanceTarget] },
    ...{ reason: "address 203.0.113.1 doesn't lead to the host", changes: [{ path: "instanceId", ...change }] },
  });
  expect(diffOfAddress({ instanceId: "i-9" })).toEqual([led({ from: "i-9", to: "i-1" })]);
  expect(diffOfAddress({ instanceId: "i-9" }, address, new Map())).toEqual([]);
  const { instanceId: _, ...loose } = foundAddress;
  expect(diffAddress(addressTarget, loose, address, host)).toEqual([led({ to: "i-1" })]);
  expect(diffAddress(addressTarget, loose, address, new Map())).toEqual([led({ knownAfterApply: "host/instance.id" })]);
  expect(addressDeletion(addressTarget, foundAddress)).toMatchObject({
    ...{
      verb: "delete",
      risk: "destructive",
      changes: [{ path: "allocationId", from: "eipalloc-1" }],
      ownership: "ours",
    },
    reason: "address 203.0.113.1 is this fleet's and the file doesn't ask for it",
  });
  const { type: _type, ...rest } = foundAddress;
  expect(addressState({ ...rest, associationId: "eipassoc-1" })).toStrictEqual(foundAddress);
});

const record: RecordDesired = {
  type: "record",
  zoneId: "Z1",
  name: "gitlab.example.com",
  ttlSeconds: 60,
  from: "address.publicIp",
  mark: "acme",
};
const foundRecord: RecordState = {
  ...{ type: "record", zoneId: "Z1", name: "gitlab.example.com", others: [] },
  record: { ttlSeconds: 60, values: ["203.0.113.1"], mark: "acme" },
};
const recordTarget = { kind: "host", name: "record" };
const led = new Map([["host/address", { publicIp: "203.0.113.1" }]]);
const needs = [{ kind: "host", name: "address" }];

test("a record leads to the host's address, and stays at the last one where there is none", () => {
  const of = (observed: RecordState | undefined, outputs = led) => diffRecord(recordTarget, observed, record, outputs);
  expect(of(foundRecord)).toEqual([]);
  expect(of(foundRecord, new Map())).toEqual([]);
  const ttl = { path: "ttlSeconds", to: 60 };
  const made = { target: recordTarget, verb: "create", risk: "safe", needs };
  const missing = { ...made, ownership: "none", reason: "gitlab.example.com has no record" };
  expect(of(undefined)).toEqual([{ ...missing, changes: [{ path: "value", to: "203.0.113.1" }, ttl] }]);
  expect(of(undefined, new Map())).toEqual([
    { ...missing, changes: [{ path: "value", knownAfterApply: "host/address.publicIp" }, ttl] },
  ]);
  const { record: _, ...others } = foundRecord;
  expect(of({ ...others, others: ["A 198.51.100.1", "AAAA ::1"] })).toMatchObject([
    {
      ...made,
      ownership: "foreign",
      reason: "gitlab.example.com has records of somebody else's: A 198.51.100.1, AAAA ::1",
    },
  ]);
  expect(of({ ...foundRecord, record: { ttlSeconds: 300, values: ["198.51.100.1", "x"], mark: "acme" } })).toEqual([
    {
      ...{ target: recordTarget, verb: "update", risk: "safe", ownership: "ours", needs },
      changes: [
        { path: "value", from: "198.51.100.1 x", to: "203.0.113.1" },
        { path: "ttlSeconds", from: 300, to: 60 },
      ],
      reason: "the record gitlab.example.com differs in value, ttlSeconds",
    },
  ]);
  expect(recordDeletion(recordTarget, others)).toEqual([]);
  expect(recordDeletion(recordTarget, foundRecord)).toMatchObject([
    {
      ...{ verb: "delete", risk: "destructive", ownership: "ours", changes: [{ path: "value", from: "203.0.113.1" }] },
      reason: "the record gitlab.example.com is this fleet's and the file doesn't ask for it",
    },
  ]);
});

test("a record is ours by its type and its mark", () => {
  const of = (...records: readonly object[]) => recordState("Z1", "gitlab.example.com", "acme", records as never);
  const ours = { type: "A", values: ["203.0.113.1"], ttlSeconds: 60, mark: "acme" };
  expect(of()).toBeUndefined();
  expect(of(ours)).toEqual(foundRecord);
  expect(of({ ...ours, mark: "other" })).toEqual({
    ...{ type: "record", zoneId: "Z1", name: "gitlab.example.com", others: ["A 203.0.113.1"] },
  });
  expect(of({ ...ours, type: "AAAA" }, ours)).toEqual({ ...foundRecord, others: ["AAAA 203.0.113.1"] });
  expect(of({ ...ours, ttlSeconds: undefined })?.record?.ttlSeconds).toBe(0);
});
