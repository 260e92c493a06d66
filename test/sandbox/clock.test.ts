import { expect, test } from "vitest";
import { VirtualClock, wallClock } from "../../sandbox/clock.ts";
import { worldWithBucket } from "./world.ts";

test("virtual time jumps from sleeper to sleeper, and those side by side overlap", async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const walk = async (name: string, ...steps: number[]) => {
    for (const step of steps) {
      await clock.sleep(step);
      seen.push(`${name}@${clock.now()}`);
    }
  };
  await Promise.all([walk("a", 10, 10, 10), walk("b", 15, 15), walk("c", 20)]);
  expect(seen).toEqual(["a@10", "b@15", "c@20", "a@20", "b@30", "a@30"]);
});

test("advancing wakes whoever falls due on the way, at their own time", async () => {
  const clock = new VirtualClock(0);
  const seen: number[] = [];
  const done = (async () => {
    for (let count = 0; count < 3; count += 1) {
      await clock.sleep(100);
      seen.push(clock.now());
    }
  })();
  await clock.advance(1000);
  await done;
  expect(seen).toEqual([100, 200, 300]);
  expect(clock.now()).toBe(1000);
});

test("a wall clock can be put forward, and its sleepers notice", async () => {
  let now = 1_000;
  const clock = wallClock(() => now);
  const slept = clock.sleep(3_600_000);
  now += 5;
  await clock.advance(3_600_000);
  await slept;
  expect(clock.now()).toBe(3_601_005);
});

test("a caller who gives up waiting hears at once; what was asked for still happens", async () => {
  const { s3, sandbox, Bucket } = await worldWithBucket();
  const giveUp = new AbortController();
  const underWay = () => {
    queueMicrotask(() => giveUp.abort());
    return true;
  };
  const effect = { type: "latency", milliseconds: 1000 } as const;
  sandbox.faults.add({ operation: "PutObject", when: underWay, effect });
  const put = s3.putObject({ Bucket, Key: "k", Body: "1" }, { abortSignal: giveUp.signal });
  await expect(put).rejects.toMatchObject({ name: "AbortError" });
  await sandbox.clock.advance(1000);
  expect((await s3.headObject({ Bucket, Key: "k" })).ContentLength).toBe(1);
});
