import { describe, expect, it } from "vitest";
import type { MachineFleet } from "../../../shared/desired/runners/runners-schema.ts";
import { convertToAutoscaler } from "../../../shared/resources/runner/convert.ts";
import { explainSchedule } from "../../../shared/resources/runner/schedule.ts";
import { articleRunners, runnersOf } from "./desired-runners.ts";

const old = runnersOf(articleRunners).fleets[0] as MachineFleet;
const { fleet, notes } = convertToAutoscaler(old);

function converted(machine: object) {
  const [build] = articleRunners.fleets;
  const changed = { ...build, machine: { ...build?.machine, ...machine } };
  return convertToAutoscaler(runnersOf({ ...articleRunners, fleets: [changed] }).fleets[0] as MachineFleet);
}

describe("converting docker+machine to docker-autoscaler", () => {
  it("gives a fleet that is valid as it stands, beside the old one", () => {
    const both = runnersOf({ ...articleRunners, fleets: [articleRunners.fleets[0], fleet] });
    expect(both.fleets.map((one) => one.name)).toEqual(["build", "build-auto"]);
    expect(both.fleets[1]).toMatchObject({ unhealthyInterval: 3_600_000, docker: { image: "alpine" }, limit: 20 });
  });

  it("turns periods of seven fields into five, seconds into durations, and the count's role around", () => {
    expect(fleet["autoscaler"]).toMatchObject({
      maxUseCount: 100,
      maxInstances: 20,
      policies: [
        { periods: ["* * * * *"], idleCount: 0, idleTime: "30m" },
        {
          periods: ["* 9-17 * * mon-fri"],
          timezone: "Asia/Tokyo",
          idleCount: 2,
          idleTime: "1h",
          scaleFactor: 1,
          scaleFactorLimit: 10,
        },
      ],
    });
  });

  it("keeps as many machines idle as before, hour by hour", () => {
    const week = Date.parse("2026-11-24T00:00:00Z");
    const before = explainSchedule(old, week);
    const after = explainSchedule(runnersOf({ ...articleRunners, fleets: [fleet] }).fleets[0] ?? old, week);
    expect(after.hours.map((hour) => hour.idle)).toEqual(before.hours.map((hour) => hour.idle));
  });

  it("describes the instances in the pool", () => {
    expect(fleet["pool"]).toEqual({
      instanceTypes: ["m6i.large"],
      ami: { id: "ami-0a1b2c3d4e5f60718" },
      spot: true,
    });
  });

  it("says what can't be carried over", () => {
    expect(notes.map((note) => note.path)).toEqual(["machine.ami", "machine.spotPrice"]);
    const more = converted({
      engineOptions: ["mtu=1460"],
      dockerVersion: "27.5.1",
      maxGrowthRate: 3,
      options: ["swarm=true"],
    });
    expect(more.notes.map((note) => note.path)).toEqual(
      expect.arrayContaining([
        "machine.engineOptions",
        "machine.dockerVersion",
        "machine.maxGrowthRate",
        "machine.options",
      ]),
    );
  });

  it.each([
    ["* * 9-17 * * fri#1 *", /L, W or #/],
    ["* * * * * * 2027", /years/],
    ["0 * * * * * *", /seconds/],
    ["* * 22-6 * * * *", /never/],
  ])("%s has no five-field form, and is named", (text, why) => {
    const { notes: all } = converted({ autoscaling: [{ periods: [text], idleCount: 1, idleTime: "10m" }] });
    expect(all.find((note) => note.path === "machine.autoscaling[0].periods")?.message).toMatch(why);
  });
});
