import { expect, test } from "vitest";
import { instantOf, localTime } from "../../shared/desired/local-time.ts";
import { maintenanceAt } from "../../shared/desired/maintenance-window.ts";

const hour = 3_600_000;
const weekend = {
  timeZone: "Europe/Berlin",
  windows: [{ days: ["Sat" as const, "Sun" as const], start: "23:00", duration: 3 * hour }],
};

test("without windows, disruptive changes may happen at any time", () => {
  expect(maintenanceAt({ timeZone: "UTC", windows: [] }, 0)).toEqual({ open: true });
});

test("a window opens by the zone's own clock and says when it opens next", () => {
  // 2026-11-27 is a Friday; Berlin is an hour ahead of UTC in winter.
  const friday = Date.UTC(2026, 10, 27, 12);
  expect(maintenanceAt(weekend, friday)).toEqual({ open: false, opensAt: Date.UTC(2026, 10, 28, 22) });
  expect(maintenanceAt(weekend, Date.UTC(2026, 10, 28, 22))).toEqual({ open: true });
});

test("a window that reaches past midnight is open on the next day, and closed at its end", () => {
  expect(maintenanceAt(weekend, Date.UTC(2026, 10, 30, 0, 59, 59))).toEqual({ open: true });
  expect(maintenanceAt(weekend, Date.UTC(2026, 10, 30, 1))).toEqual({
    open: false,
    opensAt: Date.UTC(2026, 11, 5, 22),
  });
});

test("clocks that go forward skip a time, clocks that go back show it twice: the first counts", () => {
  expect(instantOf("Europe/Berlin", 2026, 3, 29, 2, 30)).toBe(Date.UTC(2026, 2, 29, 1, 30));
  expect(instantOf("Europe/Berlin", 2026, 10, 25, 2, 30)).toBe(Date.UTC(2026, 9, 25, 0, 30));
});

test("local time is read off any zone, half hours included", () => {
  expect(localTime("Asia/Kolkata", Date.UTC(2026, 0, 1, 0, 0, 7))).toEqual({
    year: 2026,
    month: 1,
    day: 1,
    hour: 5,
    minute: 30,
    second: 7,
    weekday: 4,
  });
});
