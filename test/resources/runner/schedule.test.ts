import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePeriod, periodTraps } from "../../../shared/desired/runners/period.ts";
import type { RunnerFleet } from "../../../shared/desired/runners/runners-schema.ts";
import { scheduleText } from "../../../shared/report/schedule-text.ts";
import { idleInstances, idleMachines } from "../../../shared/resources/runner/idle.ts";
import { periodInForce } from "../../../shared/resources/runner/in-force.ts";
import { explainSchedule } from "../../../shared/resources/runner/schedule.ts";
import { Zone } from "../../../shared/resources/runner/zone.ts";
import { articleRunners, runnersOf } from "./desired-runners.ts";

type Case = readonly [period: string, zone: string, at: number, answer: "in" | "out" | "error" | "panic"];
const cases = JSON.parse(readFileSync(new URL("./in-force.cases.json", import.meta.url), "utf8")) as readonly Case[];

function inForce(text: string, zone: string, at: number): boolean | undefined {
  const parsed = parsePeriod(text, "cronexpr");
  return parsed.ok ? periodInForce(parsed.period, new Zone(zone), at) : undefined;
}

describe("a docker+machine period is in force", () => {
  it("exactly when the runner's own library says so, changes of clocks included", () => {
    expect(cases.length).toBeGreaterThan(400);
    const wrong = cases.filter(([text, zone, at, answer]) => {
      const mine = inForce(text, zone, at);
      return answer === "error" ? mine !== undefined : mine !== (answer === "in");
    });
    expect(wrong).toEqual([]);
  });

  it("from the second before it starts to the last second but one", () => {
    const at = (time: string) => inForce("* * 9-17 * * mon-fri *", "UTC", Date.parse(`2026-11-24T${time}Z`));
    expect([at("08:59:58"), at("08:59:59"), at("17:59:58"), at("17:59:59")]).toEqual([false, true, true, false]);
  });

  it("in one of the two hours that are the same by the clock in autumn, and which one depends on the zone", () => {
    const half = (zone: string, first: string) =>
      [0, 3_600_000].map((later) => inForce("* * * * * * *", zone, Date.parse(first) + later));
    expect(half("Europe/Berlin", "2026-10-25T00:30:00Z")).toEqual([false, true]);
    expect(half("America/New_York", "2026-11-01T05:30:00Z")).toEqual([true, false]);
  });
});

describe("periods that will surprise", () => {
  it.each([
    ["* 9-17 * * mon-fri", ["flaps"]],
    ["0 * 9-17 * * mon-fri *", ["flaps"]],
    ["* * 22-6 * * * *", ["empty"]],
    ["* * * * * sat-sun *", ["empty"]],
    ["* * * 30 2 * *", ["no-date"]],
    ["* * * * 02 * *", ["leading-zero", "empty"]],
    ["* * * * * * * *", ["ignored-fields"]],
    ["* * 9-17 * * mon-fri *", []],
    ["* * * 31 2 mon *", []],
  ])("%s: %j", (text, traps) => {
    const parsed = parsePeriod(text, "cronexpr");
    expect(parsed.ok && periodTraps(parsed.period).map((trap) => trap.trap)).toEqual(
      text.includes(" 02 ") ? expect.arrayContaining(["leading-zero"]) : traps,
    );
  });

  it("policies want five fields, and their week may end on Sunday", () => {
    expect(parsePeriod("* * 9-17 * * mon-fri *", "unix")).toMatchObject({ ok: false });
    const weekend = parsePeriod("* * * * fri-sun", "unix");
    expect(weekend.ok && [...weekend.period.fields.dayOfWeek.values].sort()).toEqual([0, 5, 6]);
  });
});

describe("idle machines", () => {
  const rule = { idleCount: 10, idleScaleFactor: 0.5, idleCountMin: 2 };
  it.each([
    ["the article's working hours, no jobs", rule, 0, 20, 2],
    ["the article's working hours, 10 jobs", rule, 10, 20, 5],
    ["at the limit no machine is left to be idle", rule, 20, 20, 0],
    ["near the limit", rule, 18, 20, 2],
    ["the count is the most", rule, 40, 0, 10],
    ["rounded down", rule, 7, 20, 3],
    ["without a factor the count alone", { ...rule, idleScaleFactor: 0 }, 0, 20, 10],
    ["with a factor at least one", { ...rule, idleCountMin: 0 }, 0, 20, 1],
    ["none on demand", { ...rule, idleCount: 0 }, 10, 20, 0],
    ["a minimum above the count is the count", { ...rule, idleCountMin: 50 }, 0, 0, 10],
  ])("%s", (_, values, jobs, limit, idle) => {
    expect(idleMachines(values, jobs, limit)).toBe(idle);
  });

  it("are never more than the count or what the limit leaves, and never fewer than none", () => {
    const small = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(
        small,
        small,
        fc.double({ min: 0, max: 3, noNaN: true }),
        small,
        small,
        (count, least, factor, jobs, limit) => {
          const idle = idleMachines({ idleCount: count, idleCountMin: least, idleScaleFactor: factor }, jobs, limit);
          expect(idle).toBeGreaterThanOrEqual(0);
          expect(idle).toBeLessThanOrEqual(count);
          if (limit > 0 && jobs <= limit) expect(idle + jobs).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it("of an autoscaler count jobs, several to an instance", () => {
    expect(idleInstances({ idleCount: 5, scaleFactor: 0, scaleFactorLimit: 0 }, 0, 2, 10)).toBe(3);
    expect(idleInstances({ idleCount: 1, scaleFactor: 0.5, scaleFactorLimit: 4 }, 10, 1, 50)).toBe(4);
    expect(idleInstances({ idleCount: 5, scaleFactor: 0, scaleFactorLimit: 0 }, 10, 1, 12)).toBe(2);
  });
});

describe("explaining a schedule", () => {
  const build = runnersOf(articleRunners).fleets[0] as RunnerFleet;
  const tokyo = explainSchedule(build, Date.parse("2026-11-24T00:00:00Z"));

  it("covers the week from Monday by the fleet's own clock", () => {
    expect(tokyo.timezone).toBe("Asia/Tokyo");
    expect(tokyo.hours).toHaveLength(168);
    expect(tokyo.hours[0]).toMatchObject({ weekday: 0, hour: 0, offset: 540, block: undefined });
    expect(new Date(tokyo.hours[0]?.start ?? 0).toISOString()).toBe("2026-11-22T15:00:00.000Z");
  });

  it("gives idle machines for no, ten and as many jobs as the limit allows", () => {
    expect(tokyo.jobs).toEqual([0, 10, 20]);
    expect(tokyo.hours.find((hour) => hour.weekday === 0 && hour.hour === 9)?.idle).toEqual([2, 10, 0]);
    expect(tokyo.idleMachineHours).toEqual([90, 450, 0]);
  });

  it("counts 167 and 169 hours in the weeks in which clocks change", () => {
    const berlin = structuredClone(articleRunners);
    const block = berlin.fleets[0]?.machine?.autoscaling[0];
    if (block !== undefined) block.timezone = "Europe/Berlin";
    const fleet = runnersOf(berlin).fleets[0] as RunnerFleet;
    expect(explainSchedule(fleet, Date.parse("2026-03-25T12:00:00Z")).hours).toHaveLength(167);
    expect(explainSchedule(fleet, Date.parse("2026-10-21T12:00:00Z")).hours).toHaveLength(169);
  });

  it("lets the last block that matches win, and replaces all its values", () => {
    const two = structuredClone(articleRunners);
    const first = two.fleets[0]?.machine?.autoscaling[0];
    if (first === undefined) throw new Error("the sample has a block");
    const lunch = { ...first, periods: ["* * 12 * * * *"], idleCount: 3, idleCountMin: 0, idleScaleFactor: 0 };
    two.fleets[0]?.machine?.autoscaling.push(lunch);
    const explained = explainSchedule(runnersOf(two).fleets[0] as RunnerFleet, Date.parse("2026-11-24T00:00:00Z"));
    const at = (hour: number) => explained.hours.find((one) => one.weekday === 1 && one.hour === hour);
    expect([at(11)?.block, at(12)?.block, at(12)?.idle]).toEqual([0, 1, [3, 3, 0]]);
  });

  it("reads as a table and a plot", () => {
    const text = scheduleText(tokyo);
    expect(text).toContain("Mon 09:00  Mon 18:00  1: * * 9-17 * * mon-fri *         2       10        0");
    expect(text).toContain("Mon           █████████");
    expect(text).toContain("no jobs: 90");
  });

  it("explains an autoscaler's policies too", () => {
    const auto = explainSchedule(
      runnersOf(articleRunners).fleets[1] as RunnerFleet,
      Date.parse("2026-11-24T00:00:00Z"),
    );
    expect(auto.jobs).toEqual([0, 10]);
    expect(auto.hours.every((hour) => hour.block === 0 && !hour.mixed)).toBe(true);
    expect(auto.idleMachineHours).toEqual([168, 0]);
  });
});
