import { expect, test } from "vitest";
import { ServerTime } from "../../shared/store/server-time.ts";

test("the true time lies between the two that are given, whatever fraction of a second the header dropped", () => {
  let here = 5_000;
  const time = new ServerTime({ monotonic: () => here, wall: () => here });
  expect(time.now()).toBeUndefined();
  for (const fraction of [0, 1, 500, 999]) {
    const sent = time.sending();
    here += 300;
    const truth = Date.UTC(2026, 0, 1, 0, 0, 10) + fraction;
    here += 400;
    time.received(new Date(truth).toUTCString(), sent);
    here += 2_000;
    const span = time.now();
    expect(span?.earliest).toBeLessThanOrEqual(truth + 2_400);
    expect(span?.latest).toBeGreaterThanOrEqual(truth + 2_400);
  }
});

test("an answer without a date teaches nothing", () => {
  const time = new ServerTime({ monotonic: () => 0, wall: () => 0 });
  time.received(undefined, time.sending());
  time.received("yesterday", time.sending());
  expect(time.now()).toBeUndefined();
});

test("a wall clock that is set back doesn't make the past longer, and doesn't give a holder more time", () => {
  let monotonic = 0;
  let wall = 1_000_000;
  const time = new ServerTime({ monotonic: () => monotonic, wall: () => wall });
  const date = Date.UTC(2026, 0, 1);
  time.received(new Date(date).toUTCString(), time.sending());
  monotonic += 10_000;
  wall -= 500_000;
  expect(time.now()).toEqual({ earliest: date, latest: date + 11_000 });
});
