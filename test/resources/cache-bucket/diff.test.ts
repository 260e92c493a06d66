import { expect, test } from "vitest";
import type { BucketEncryption } from "../../../shared/aws/bucket-port.ts";
import {
  type BucketState,
  diffBucket,
  diffLeftBucket,
  isOurs,
  isReleased,
} from "../../../shared/resources/cache-bucket/bucket.ts";
import { allBlocked, type BucketDesired, bucketDesired } from "../../../shared/resources/cache-bucket/desired.ts";
import {
  abortRule,
  expireRule,
  lifecycleChanges,
  lifecycleState,
  lifecycleWith,
  tidyRule,
} from "../../../shared/resources/cache-bucket/lifecycle.ts";
import { tlsOnlyPolicy } from "../../../shared/resources/cache-bucket/tls-policy.ts";
import { fleetOf } from "../sample-fleet.ts";

const fleet = fleetOf();
const name = "acme-gitlab-cache";
const target = { kind: "cache-bucket", name };
const wanted = bucketDesired(fleet).get(name) as BucketDesired;
const { encryption, publicAccessBlock, ownership, region, policy, tags, lifecycle } = wanted;
const encrypted = (fields: object): BucketEncryption => ({
  algorithm: "AES256",
  bucketKey: false,
  rest: {},
  ...fields,
});
const found: BucketState = {
  ...{ name, region, encryption: encrypted(encryption), publicAccessBlock, ownership, policy, tags },
  lifecycle: { ours: lifecycle, others: [] },
};
const diff = (fields: Partial<BucketState>, desired: Partial<BucketDesired> = {}) =>
  diffBucket(target, { ...found, ...fields }, { ...wanted, ...desired }, true);
const changes = (...input: Parameters<typeof diff>) => diff(...input).flatMap((draft) => draft.changes);

test("a bucket as the file asks for it is left alone", () => {
  expect(diff({})).toEqual([]);
  expect(diff({ tags: { ...tags, theirs: "1" }, versioning: false })).toEqual([]);
});

test("a bucket that isn't there is made with all that it is to be", () => {
  const [draft] = diffBucket(target, undefined, wanted, false);
  expect(draft).toMatchObject({
    ...{ target, verb: "create", risk: "safe", ownership: "none", reason: `bucket ${name} doesn't exist` },
  });
  expect(draft?.changes.map(({ path }) => path)).toEqual([
    ...["region", "encryption.algorithm"],
    ...["blockPublicAcls", "ignorePublicAcls", "blockPublicPolicy", "restrictPublicBuckets"].map(
      (field) => `publicAccessBlock.${field}`,
    ),
    ...["ownership", `lifecycle[${expireRule}]`, `lifecycle[${abortRule}]`, "policy"],
    ...["team", "fleetkeeper:fleet", "fleetkeeper:kind", "fleetkeeper:name", "fleetkeeper:deletion-policy"].map(
      (key) => `tags[${key}]`,
    ),
  ]);
  expect(draft?.changes.every((change) => change.from === undefined && change.to !== undefined)).toBe(true);
});

test.each<readonly [string, Partial<BucketState>, readonly object[]]>([
  [
    "encryption",
    { encryption: encrypted({ algorithm: "x" }) },
    [{ path: "encryption.algorithm", from: "x", to: "AES256" }],
  ],
  ["no encryption", { encryption: undefined } as never, [{ path: "encryption.algorithm", to: "AES256" }]],
  [
    "one block taken off",
    { publicAccessBlock: { ...allBlocked, blockPublicPolicy: false } },
    [{ path: "publicAccessBlock.blockPublicPolicy", from: false, to: true }],
  ],
  ["ownership", { ownership: "ObjectWriter" }, [{ path: "ownership", from: "ObjectWriter", to: ownership }]],
  ["a tag", { tags: { ...tags, team: "x" } }, [{ path: "tags[team]", from: "x", to: "platform" }]],
  ["no policy", { policy: undefined } as never, [{ path: "policy", to: policy }]],
  [
    "what this fleet let go",
    { tags: { ...tags, "fleetkeeper:released-by": "acme" } },
    [{ path: "tags[fleetkeeper:released-by]", from: "acme" }],
  ],
  [
    "a life cycle rule",
    { lifecycle: { ours: { [abortRule]: lifecycle[abortRule] ?? {} }, others: [] } },
    [{ path: `lifecycle[${expireRule}]`, to: lifecycle[expireRule] }],
  ],
])("drift of %s is told by what it was and what it is to be", (_what, fields, expected) => {
  expect(changes(fields)).toEqual(expected);
});

test("a reason names each part that differs once", () => {
  const [draft] = diff({
    publicAccessBlock: { ...allBlocked, blockPublicAcls: false, ignorePublicAcls: false },
    tags: {},
  });
  expect(draft).toMatchObject({ verb: "update", risk: "safe", ownership: "ours" });
  expect(draft?.reason).toBe(`bucket ${name} differs in publicAccessBlock, tags`);
});

test("versions are compared only where they are wanted", () => {
  expect(changes({ versioning: false }, { versioning: true })).toEqual([{ path: "versioning", from: false, to: true }]);
  expect(changes({ versioning: true }, { versioning: true })).toEqual([]);
  expect(changes({}, { versioning: true })).toEqual([{ path: "versioning", to: true }]);
});

test.each([
  ["alias/acme", "alias/acme", true],
  ["arn:aws:kms:eu-central-1:123456789012:alias/acme", "alias/acme", true],
  ["arn:aws:kms:eu-central-1:123456789012:key/1234", "1234", true],
  ["1234", "arn:aws:kms:eu-central-1:123456789012:key/1234", true],
  ["arn:aws:kms:eu-central-1:123456789012:key/1", "arn:aws:kms:eu-central-1:999999999999:key/1", false],
  ["alias/acme", "alias/acme-eu", false],
  ["xarn:aws:kms:eu-central-1:123456789012:key/1234", "1234", false],
  [undefined, "alias/acme", false],
])("the key %s is %s: %s", (from, to, same) => {
  const algorithm = "aws:kms";
  const had = encrypted({ algorithm, bucketKey: true, ...(from === undefined ? {} : { key: from }) });
  expect(changes({ encryption: had }, { encryption: { algorithm, key: to, bucketKey: true } })).toEqual(
    same ? [] : [{ path: "encryption.key", ...(from === undefined ? {} : { from }), to }],
  );
  const without = changes(
    { encryption: encrypted({ algorithm, key: to }) },
    { encryption: { algorithm, key: to, bucketKey: true } },
  );
  expect(without).toEqual([{ path: "encryption.bucketKey", from: false, to: true }]);
});

test("a bucket can't move: one in another region is nobody's to touch", () => {
  expect(diff({ region: "us-east-1" })).toEqual([
    {
      ...{ target, verb: "replace", risk: "destructive", ownership: "foreign" },
      changes: [{ path: "region", from: "us-east-1", to: "eu-central-1" }],
      reason: `bucket ${name} is in us-east-1`,
      refused: `A bucket can't move: give another bucket name, or delete ${name} in us-east-1 yourself.`,
    },
  ]);
});

test("a bucket without our mark is adopted where the file says so, and foreign else", () => {
  const reason = `bucket ${name} exists and isn't marked as this fleet's`;
  const draft = { target, verb: "adopt", changes: [], risk: "safe", reason };
  expect(diffBucket(target, found, wanted, false)).toEqual([{ ...draft, ownership: "foreign" }]);
  expect(diffBucket(target, found, { ...wanted, adopt: true }, false)).toEqual([{ ...draft, ownership: "adopting" }]);
});

test("what the file names no more is deleted by a person's word where it says Delete, and let go else", () => {
  const left = (more: Readonly<Record<string, string>>) =>
    diffLeftBucket(target, { ...found, tags: { ...tags, ...more } }, fleet);
  expect(left({ "fleetkeeper:deletion-policy": "Delete" })).toEqual([
    {
      ...{ target, verb: "delete", changes: [{ path: "name", from: name }], risk: "destructive", ownership: "ours" },
      reason: `the file no longer names bucket ${name}, whose deletionPolicy was Delete`,
    },
  ]);
  const release = {
    ...{ target, verb: "update", risk: "safe", ownership: "ours" },
    changes: [
      { path: "tags[fleetkeeper:fleet]", from: "acme" },
      { path: "tags[fleetkeeper:released-by]", to: "acme" },
    ],
    reason: `the file no longer names bucket ${name}; its deletionPolicy is Retain, so it is released and kept`,
  };
  expect(left({})).toEqual([release]);
  expect(left({ "fleetkeeper:deletion-policy": "delete" })).toEqual([release]);
  expect(left({ "fleetkeeper:fleet": "acme-eu", "fleetkeeper:deletion-policy": "Delete" })).toEqual([]);
  expect(left({ "fleetkeeper:kind": "backup-bucket", "fleetkeeper:deletion-policy": "Delete" })).toEqual([]);
});

test("what this fleet let go is its own again, unless somebody has it now", () => {
  const released = { "fleetkeeper:released-by": "acme" };
  expect([isReleased(released, fleet), isOurs(released, fleet, "cache-bucket")]).toEqual([true, true]);
  const taken = { ...released, "fleetkeeper:fleet": "other" };
  expect([isReleased(taken, fleet), isOurs(taken, fleet, "cache-bucket")]).toEqual([false, false]);
  expect(isReleased({ "fleetkeeper:released-by": "other" }, fleet)).toBe(false);
  expect(isReleased(tags, fleet)).toBe(false);
  expect(isOurs(tags, fleet, "cache-bucket")).toBe(true);
  expect(isOurs({}, fleet, "cache-bucket")).toBe(false);
});

test("the policy denies everything without TLS, and allows nothing", () => {
  // The old language knows no variables, and a document without a version is of that.
  expect(tlsOnlyPolicy(fleet, name).Version).toBe("2012-10-17");
  expect(tlsOnlyPolicy(fleet, name).Statement).toEqual([
    {
      ...{ Sid: "TlsOnly", Effect: "Deny", Principal: { AWS: ["*"] }, Action: ["s3:*"] },
      Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
      Condition: { Bool: { "aws:SecureTransport": ["false"] } },
    },
  ]);
});

test("life cycle rules are told element by element, and others' are kept", () => {
  const rule = { Status: "Enabled", Filter: { Prefix: "a/" }, Expiration: { Days: 14 } };
  const other = { ...rule, Expiration: { Days: 3 }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } };
  expect(lifecycleChanges({ [expireRule]: other }, { [expireRule]: rule })).toEqual([
    { path: `lifecycle[${expireRule}].expiration`, from: { Days: 3 }, to: { Days: 14 } },
    { path: `lifecycle[${expireRule}].noncurrentVersionExpiration`, from: { NoncurrentDays: 1 } },
  ]);
  const { Expiration: _, ...less } = rule;
  expect(lifecycleChanges({ [expireRule]: less }, { [expireRule]: rule })).toEqual([
    { path: `lifecycle[${expireRule}].expiration`, to: { Days: 14 } },
  ]);
  const theirs = { ID: "fleetkeeper-expire-too", Status: "Enabled" };
  expect(lifecycleState({ rules: [{ ID: abortRule, ...rule }, theirs, { Status: "Disabled" }] })).toEqual({
    ours: { [abortRule]: rule },
    others: [theirs, { Status: "Disabled" }],
  });
  expect(lifecycleState(undefined)).toEqual({ ours: {}, others: [] });
  expect(lifecycleState({ rules: [], minimumSize: "x" })).toEqual({ ours: {}, others: [], minimumSize: "x" });
  expect(lifecycleWith(undefined, { [expireRule]: rule })).toEqual({ rules: [{ ID: expireRule, ...rule }] });
});

test("what is empty in a rule says nothing, and a prefix of nothing is every object", () => {
  expect(tidyRule({ ID: "x", Status: "Enabled" })).toEqual({ Status: "Enabled", Filter: {} });
  expect(tidyRule({ Prefix: "", Status: "Enabled" })).toEqual({ Status: "Enabled", Filter: {} });
  expect(tidyRule({ Filter: { Prefix: "" } })).toEqual({ Filter: {} });
  expect(tidyRule({ Filter: { Prefix: "a" }, Prefix: "b" })).toEqual({ Filter: { Prefix: "a" } });
  const kept = { Count: 0, Flag: false, Text: "" };
  expect(tidyRule({ ...kept, None: null, Empty: {}, List: [] })).toEqual({ Filter: {}, ...kept });
});
