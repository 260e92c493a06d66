import { expect, test } from "vitest";
import type { AwsConfig } from "../../shared/aws/clients.ts";
import { S3ObjectStore } from "../../shared/aws/object-store-s3.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { type Answer, cannedAws, socketError } from "./wire.ts";

const date = "Thu, 01 Jan 2026 00:00:10 GMT";
const etag = (value: string) => ({ ETag: `"${value}"`, Date: date });
const precondition: Answer = {
  status: 412,
  headers: { Date: date },
  body: "<Error><Code>PreconditionFailed</Code><Message>m</Message></Error>",
};
const race: Answer = {
  status: 409,
  body: "<Error><Code>ConditionalRequestConflict</Code><Message>m</Message></Error>",
};
const head = (version: string, writeId: string): Answer => ({
  status: 200,
  headers: { ...etag(version), "x-amz-meta-write-id": writeId },
});
const noKey: Answer = { status: 404, body: "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>" };

function open(answers: readonly Answer[], beforeWrite?: () => void) {
  const { config, sent } = cannedAws(answers);
  let ids = 0;
  const store = new S3ObjectStore(config satisfies AwsConfig, {
    bucket: "acme-state",
    clocks: { monotonic: () => 0, wall: () => 0 },
    newId: () => {
      ids += 1;
      return `ours-${ids}`;
    },
    ...(beforeWrite === undefined ? {} : { beforeWrite }),
    account: "123456789012",
  });
  return { store, sent };
}

test("a key that doesn't exist is absent; a bucket that doesn't exist is an error", async () => {
  expect(await open([noKey]).store.get("k")).toBeUndefined();
  const noBucket = { status: 404, body: "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>" };
  await expect(open([noBucket]).store.get("k")).rejects.toMatchObject({ code: "BucketMissing" });
});

test("an object comes with its text, version and metadata", async () => {
  const answer = { status: 200, body: "grüße", headers: { ...etag("1"), "x-amz-meta-sequence": "7" } };
  expect(await open([answer]).store.get("k")).toEqual({
    key: "k",
    body: "grüße",
    etag: '"1"',
    metadata: { sequence: "7" },
  });
});

test("conditions travel as If-None-Match and If-Match, with the bucket's expected owner", async () => {
  const { store, sent } = open([{ status: 200, headers: etag("1") }]);
  await store.put("k", "x", { condition: { ifAbsent: true } });
  await store.put("k", "x", { condition: { ifMatch: '"1"' } });
  await store.delete("k", { ifMatch: '"1"' });
  expect(sent[0]?.headers).toMatchObject({ "if-none-match": "*", "x-amz-expected-bucket-owner": "123456789012" });
  expect(sent[1]?.headers["if-match"]).toBe('"1"');
  expect(sent[2]).toMatchObject({ method: "DELETE", headers: { "if-match": '"1"' } });
});

test.each([
  ["refused at the first attempt", [precondition], { written: false }, 1],
  ["refused because the object to replace is gone", [noKey], { written: false }, 1],
  [
    "that met another one and is tried again",
    [race, { status: 200, headers: etag("2") }],
    { written: true, etag: '"2"' },
    2,
  ],
  ["that meets others again and again", [race], { written: false }, 3],
  [
    "whose first answer was lost although it took effect",
    [socketError("ECONNRESET"), precondition, head("2", "ours-1")],
    { written: true, etag: '"2"' },
    3,
  ],
  [
    "whose first attempt was lost for good, and another came in between",
    [socketError("ECONNRESET"), precondition, head("2", "theirs")],
    { written: false },
    3,
  ],
  [
    "whose every answer was lost although it took effect",
    [socketError("ECONNRESET"), socketError("ECONNRESET"), { status: 500 }, head("2", "ours-1")],
    { written: true, etag: '"2"' },
    4,
  ],
  [
    "that can't land any more because another version is there",
    [socketError("ECONNRESET"), socketError("ECONNRESET"), socketError("ECONNRESET"), head("2", "theirs")],
    { written: false },
    4,
  ],
] as const)("a conditional write %s", async (_, answers, result, requests) => {
  const { store, sent } = open(answers);
  expect(await store.put("k", "x", { condition: { ifMatch: '"1"' } })).toEqual(result);
  expect(sent).toHaveLength(requests);
});

test("a conditional write that may still land is unknown, not refused", async () => {
  const reset = socketError("ECONNRESET");
  const { store } = open([reset, reset, reset, head("1", "before")]);
  await expect(store.put("k", "x", { condition: { ifMatch: '"1"' } })).rejects.toMatchObject({
    code: "NoAnswer",
    class: "unknown",
  });
});

test("a conditional write that meets its own lost first attempt, still under way, is unknown", async () => {
  const { store } = open([socketError("ECONNRESET"), race, head("1", "before")]);
  await expect(store.put("k", "x", { condition: { ifMatch: '"1"' } })).rejects.toMatchObject({ class: "unknown" });
});

test("a create whose answer is lost is found again by its id", async () => {
  const { store } = open([socketError("ECONNRESET"), precondition, head("1", "ours-1")]);
  expect(await store.put("k", "x", { condition: { ifAbsent: true } })).toEqual({ written: true, etag: '"1"' });
});

test("a conditional delete whose answer is lost counts as done where nothing is left", async () => {
  const { store } = open([socketError("ECONNRESET"), precondition, { status: 404 }]);
  expect(await store.delete("k", { ifMatch: '"1"' })).toEqual({ written: true, etag: "" });
});

test("leave is asked for before each attempt of a write, and never for a read", async () => {
  let asked = 0;
  const { store } = open([{ status: 503 }, { status: 200, headers: etag("1") }], () => {
    asked += 1;
  });
  await store.put("k", "x");
  expect(asked).toBe(2);
  await store.get("k");
  expect(asked).toBe(2);
});

test("a write without leave isn't sent", async () => {
  const { store, sent } = open([{ status: 200, headers: etag("1") }], () => {
    throw new Failure({ code: "LeaseLost", class: "unknown", message: "ended" });
  });
  await expect(store.put("k", "x")).rejects.toMatchObject({ code: "LeaseLost" });
  expect(sent).toEqual([]);
});

test("the store's time is learnt from refusals too", async () => {
  const { store } = open([precondition]);
  expect(store.serverTime()).toBeUndefined();
  await store.put("k", "x", { condition: { ifAbsent: true } });
  expect(store.serverTime()).toEqual({ earliest: Date.parse(date), latest: Date.parse(date) + 1000 });
});

test("a listing goes through every page", async () => {
  const page = (keys: readonly string[], next: string | undefined): Answer => ({
    status: 200,
    body: `<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}<IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`,
  });
  expect(await open([page(["a/1"], "t"), page(["a/2"], undefined)]).store.list("a/")).toEqual(["a/1", "a/2"]);
});

test("folders are the names right under a prefix", async () => {
  const body =
    "<ListBucketResult><CommonPrefixes><Prefix>fleets/b/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>fleets/a/</Prefix></CommonPrefixes></ListBucketResult>";
  expect(await open([{ status: 200, body }]).store.folders("fleets/")).toEqual(["a", "b"]);
});
