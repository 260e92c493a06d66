import { expect, test } from "vitest";
import type { SnapshotRecord } from "../../../shared/aws/backups-port.ts";
import { snapshotRefusals, snapshotRefusalText } from "../../../shared/resources/gitlab/snapshot-check.ts";

const key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const good: SnapshotRecord = {
  id: "snap-1",
  volumeId: "vol-1",
  startedAt: 0,
  state: "completed",
  encrypted: true,
  kmsKey: key,
  sizeGiB: 200,
  tags: { "fleetkeeper:gitlab": "19.2.7-ee" },
};
const target = { version: "19.2.7", edition: "ee", sizeGiB: 200, kmsKey: key } as const;

test.each([
  ["the file's version, by the data volume's key", good, target, []],
  ["the same key by its id, as a file may name it", good, { ...target, kmsKey: key.slice(-36) }, []],
  ["no volume and no key to compare with", good, { ...target, kmsKey: undefined }, []],
  ["a smaller volume than the file's", { ...good, sizeGiB: 100 }, target, []],
  ["still being made", { ...good, state: "pending" }, target, ["NotCompleted"]],
  ["failed", { ...good, state: "error" }, target, ["NotCompleted"]],
  ["in the clear", { ...good, encrypted: false }, target, ["NotEncrypted"]],
  ["by another key", { ...good, kmsKey: `${key}9` }, target, ["OtherKey"]],
  ["another version", good, { ...target, version: "19.5.3" }, ["OtherVersion"]],
  ["another edition", good, { ...target, edition: "ce" }, ["OtherVersion"]],
  ["nobody says of which version", { ...good, tags: {} }, target, ["UnknownVersion"]],
  ["larger than the file's volume", { ...good, sizeGiB: 300 }, target, ["LargerThanFile"]],
  [
    "all at once",
    { ...good, state: "error", encrypted: false, tags: {}, sizeGiB: 300 },
    target,
    ["NotCompleted", "NotEncrypted", "UnknownVersion", "LargerThanFile"],
  ],
] as const)("a snapshot: %s", (_case, snapshot, wanted, codes) => {
  const refusals = snapshotRefusals(snapshot, wanted);
  expect(refusals.map(({ code }) => code)).toEqual(codes);
  for (const refusal of refusals) expect(snapshotRefusalText(refusal)).toMatch(/\w{10}|\w+ \w+/);
});
