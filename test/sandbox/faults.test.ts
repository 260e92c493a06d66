import { S3 } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { SandboxHandler } from "../../sandbox/sdk-handler.ts";
import { worldWithBucket } from "./world.ts";

test("an injected error is AWS's own in shape and class, and applies nothing", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  sandbox.faults.add({
    service: "s3",
    operation: "PutObject",
    times: 1,
    effect: { type: "error", code: "InternalError", status: 500 },
  });
  await expect(s3.putObject({ Bucket, Key: "k", Body: "1" })).rejects.toMatchObject({
    name: "InternalError",
    $metadata: { httpStatusCode: 500 },
  });
  await expect(s3.getObject({ Bucket, Key: "k" })).rejects.toMatchObject({ name: "NoSuchKey" });
  await s3.putObject({ Bucket, Key: "k", Body: "1" });
  expect(sandbox.faults.fired()).toMatchObject([{ operation: "PutObject", effect: "error" }]);
});

test("a throttled call is retried by the SDK as it would be in AWS", async () => {
  const { sandbox, client, Bucket } = await worldWithBucket();
  sandbox.faults.add({ operation: "HeadBucket", times: 2, effect: { type: "throttle" } });
  const patient = new S3({ ...client(), maxAttempts: 3 });
  const { $metadata } = await patient.headBucket({ Bucket });
  expect($metadata.attempts).toBe(3);
});

test("rules match by service, operation, access and input, and count by after, every and times", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  sandbox.faults.add({
    access: "write",
    operation: ["PutObject", "DeleteObject"],
    input: { Key: "hit" },
    after: 1,
    every: 2,
    times: 2,
    effect: { type: "error", code: "SlowDown", status: 503 },
  });
  const outcome = async (Key: string) => {
    const [put] = await Promise.allSettled([s3.putObject({ Bucket, Key, Body: "1" })]);
    return put?.status;
  };
  expect(await outcome("miss")).toBe("fulfilled");
  const outcomes: (string | undefined)[] = [];
  for (let count = 0; count < 8; count += 1) outcomes.push(await outcome("hit"));
  expect(outcomes).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
});

test("a chance is drawn from the seed: the same seed gives the same faults", async () => {
  const play = async (seed: number) => {
    const { s3, sandbox, Bucket } = await worldWithBucket({ seed });
    sandbox.faults.add({ operation: "HeadBucket", probability: 0.5, effect: { type: "reset" } });
    const outcomes: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      const [head] = await Promise.allSettled([s3.headBucket({ Bucket })]);
      outcomes.push(head?.status ?? "");
    }
    return outcomes.join();
  };
  expect(await play(7)).toBe(await play(7));
  expect(await play(7)).not.toBe(await play(8));
});

test("a lost answer has taken effect; a reset has not", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  sandbox.faults.add({ operation: "PutObject", input: { Key: "lost" }, effect: { type: "lost" } });
  sandbox.faults.add({ operation: "PutObject", input: { Key: "reset" }, effect: { type: "reset" } });
  const broken = { code: "ECONNRESET" };
  await expect(s3.putObject({ Bucket, Key: "lost", Body: "1" })).rejects.toMatchObject(broken);
  await expect(s3.putObject({ Bucket, Key: "reset", Body: "1" })).rejects.toMatchObject(broken);
  const { Contents } = await s3.listObjectsV2({ Bucket });
  expect(Contents?.map((object) => object.Key)).toEqual(["lost"]);
});

test("a truncated answer breaks off while it is read", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  await s3.putObject({ Bucket, Key: "k", Body: "0123456789" });
  sandbox.faults.add({ operation: "GetObject", effect: { type: "truncate", bytes: 3 } });
  const { Body } = await s3.getObject({ Bucket, Key: "k" });
  await expect(Body?.transformToString()).rejects.toMatchObject({ code: "ECONNRESET" });
  sandbox.faults.add({ operation: "ListObjectsV2", effect: { type: "truncate" } });
  await expect(s3.listObjectsV2({ Bucket })).rejects.toThrow();
});

test("latency passes in the sandbox's time only, and calls side by side overlap", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket({ latency: 100 });
  const start = sandbox.clock.now();
  await Promise.all([1, 2, 3].map((key) => s3.putObject({ Bucket, Key: `k${key}`, Body: "1" })));
  expect(sandbox.clock.now() - start).toBe(100);
  await s3.headBucket({ Bucket });
  await s3.headBucket({ Bucket });
  expect(sandbox.clock.now() - start).toBe(300);
  sandbox.faults.add({ operation: "HeadBucket", effect: { type: "latency", milliseconds: 5000 } });
  await Promise.all([s3.headBucket({ Bucket }), s3.listObjectsV2({ Bucket })]);
  expect(sandbox.clock.now() - start).toBe(5400);
  const call = sandbox.calls.all().at(-1);
  expect((call?.endedAt ?? 0) - (call?.startedAt ?? 0)).toBeGreaterThanOrEqual(100);
});

test("a process dies before or after its n-th call, and nothing that it calls later gets through", async () => {
  for (const when of ["before", "after"] as const) {
    const { s3, sandbox, client, Bucket } = await worldWithBucket();
    const handler = new SandboxHandler(sandbox, { at: 2, when });
    const doomed = new S3({ ...client({ handler }), maxAttempts: 5 });
    await doomed.putObject({ Bucket, Key: "1", Body: "1" });
    const died = { name: "ProcessDied" };
    await expect(doomed.putObject({ Bucket, Key: "2", Body: "1" })).rejects.toMatchObject(died);
    await expect(doomed.putObject({ Bucket, Key: "3", Body: "1" })).rejects.toMatchObject(died);
    const { Contents } = await s3.listObjectsV2({ Bucket });
    expect(Contents?.map((object) => object.Key)).toEqual(when === "before" ? ["1"] : ["1", "2"]);
    expect(handler.dead).toBe(true);
  }
});

test("the log says which calls wrote, how they ended and who called", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  sandbox.calls.clear();
  await s3.putObject({ Bucket, Key: "k", Body: "1" });
  await s3.getObject({ Bucket, Key: "k" });
  await s3.getObject({ Bucket, Key: "none" }).catch(() => undefined);
  expect(sandbox.calls.writes().map((call) => call.operation)).toEqual(["PutObject"]);
  expect(sandbox.calls.all().map((call) => [call.operation, call.access, call.status, call.error])).toEqual([
    ["PutObject", "write", 200, undefined],
    ["GetObject", "read", 200, undefined],
    ["GetObject", "read", 404, "NoSuchKey"],
  ]);
  expect(sandbox.calls.all()[0]?.caller?.accessKeyId).toBe("AKIDEXAMPLE");
});

test("what a caller asks for and the sandbox doesn't model is named", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  await s3.putObject({ Bucket, Key: "k", Body: "1", ContentType: "text/plain", ObjectLockLegalHoldStatus: "ON" });
  expect(sandbox.calls.overlooked()).toEqual(["s3 PutObject ObjectLockLegalHoldStatus"]);
});

test("an authorizer can refuse a call", async () => {
  const { ServiceError } = await import("../../sandbox/service-error.ts");
  const { s3, Bucket } = await worldWithBucket({
    authorize: (call) => {
      if (call.operation.name === "DeleteBucket") throw new ServiceError("AccessDenied", "no", { status: 403 });
    },
  });
  await expect(s3.deleteBucket({ Bucket })).rejects.toMatchObject({ name: "AccessDenied" });
});
