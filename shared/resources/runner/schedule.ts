import { type Dialect, type Period, parsePeriod } from "../../desired/runners/period.ts";
import type { AutoscalerFleet, MachineFleet, RunnerFleet } from "../../desired/runners/runners-schema.ts";
import { idleInstances, idleMachines } from "./idle.ts";
import { lastInForce, type Scheduled } from "./in-force.ts";
import { Zone } from "./zone.ts";

/** One hour of the week. Around a change of clocks an hour is missing or there twice, as on the wall. */
export interface ScheduleHour {
  /** Epoch milliseconds. */
  readonly start: number;
  /** 0 for Monday. */
  readonly weekday: number;
  readonly hour: number;
  /** Minutes east of Greenwich. */
  readonly offset: number;
  /** Index of the block or policy that is in force for most of the hour; undefined: the section's own values. */
  readonly block: number | undefined;
  /** Whether another one is in force in some of its minutes. */
  readonly mixed: boolean;
  /** Idle machines for each of the explanation's job counts, as most of the hour's minutes have it. */
  readonly idle: readonly number[];
}

export interface ScheduleExplanation {
  readonly fleet: string;
  /** Of the first block that names one, else UTC. */
  readonly timezone: string;
  /** Running jobs that idle machines are given for: 0, 10 and the limit. */
  readonly jobs: readonly number[];
  /** The blocks' periods, as written. */
  readonly blocks: readonly (readonly string[])[];
  readonly hours: readonly ScheduleHour[];
  /** For each of the job counts. */
  readonly idleMachineHours: readonly number[];
}

interface Block extends Scheduled {
  readonly index: number;
  readonly idle: (inUse: number) => number;
}

interface Plan {
  readonly own: (inUse: number) => number;
  readonly blocks: readonly Block[];
}

const minute = 60_000;
const hour = 60 * minute;

/**
 * What a fleet's schedule does in the week, from Monday on, that holds an instant. Every minute is asked, at its half, so
 * that periods which change within an hour count for what they are.
 *
 * @param at epoch milliseconds; clocks change in some weeks, so the week matters
 */
export function explainSchedule(fleet: RunnerFleet, at: number): ScheduleExplanation {
  const plan = fleet.executor === "docker+machine" ? machinePlan(fleet) : policyPlan(fleet);
  const zone = plan.blocks.find((block) => block.zone.name !== "UTC")?.zone ?? new Zone("UTC");
  const limit = fleet.limit ?? 0;
  const jobs = [...new Set([0, limit > 0 ? Math.min(10, limit) : 10, ...(limit > 0 ? [limit] : [])])];
  const hours: ScheduleHour[] = [];
  const minutes = jobs.map(() => 0);
  for (const start of hoursOfWeek(zone, at)) {
    const asked = Array.from({ length: 60 }, (_, index) =>
      lastInForce(plan.blocks, start + index * minute + minute / 2),
    );
    for (const block of asked) {
      jobs.forEach((inUse, index) => {
        minutes[index] = (minutes[index] ?? 0) + (block?.idle ?? plan.own)(inUse);
      });
    }
    const most = mostOf(asked);
    const wall = zone.wallAt(start);
    hours.push({
      start,
      weekday: weekdayOf(start + zone.offsetAt(start)),
      hour: wall.hour,
      offset: zone.offsetAt(start) / minute,
      block: most?.index,
      mixed: asked.some((block) => block !== most),
      idle: jobs.map(most?.idle ?? plan.own),
    });
  }
  return {
    fleet: fleet.name,
    timezone: zone.name,
    jobs,
    blocks: blockTexts(fleet),
    hours,
    idleMachineHours: minutes.map((sum) => Math.round(sum / 6) / 10),
  };
}

function blockTexts(fleet: RunnerFleet): readonly (readonly string[])[] {
  return fleet.executor === "docker+machine"
    ? (fleet.machine.autoscaling ?? []).map((block) => block.periods)
    : (fleet.autoscaler.policies ?? []).map((policy) => policy.periods ?? ["* * * * *"]);
}

function machinePlan({ machine, limit = 0 }: MachineFleet): Plan {
  const idleOf = (rule: Pick<typeof machine, "idleCount" | "idleScaleFactor" | "idleCountMin">) => (inUse: number) =>
    idleMachines(
      {
        idleCount: rule.idleCount ?? 0,
        idleScaleFactor: rule.idleScaleFactor ?? 0,
        idleCountMin: rule.idleCountMin ?? 0,
      },
      inUse,
      limit,
    );
  return {
    own: idleOf(machine),
    blocks: (machine.autoscaling ?? []).map((block, index) => ({
      index,
      periods: read(block.periods, "cronexpr"),
      zone: new Zone(block.timezone),
      idle: idleOf(block),
    })),
  };
}

function policyPlan({ autoscaler }: AutoscalerFleet): Plan {
  const capacity = autoscaler.capacityPerInstance ?? 1;
  const most = autoscaler.maxInstances ?? 0;
  return {
    own: () => 0,
    blocks: (autoscaler.policies ?? []).map((policy, index) => ({
      index,
      periods: read(policy.periods ?? ["* * * * *"], "unix"),
      zone: new Zone(policy.timezone),
      idle: (inUse) =>
        idleInstances(
          {
            idleCount: policy.idleCount ?? 0,
            scaleFactor: policy.scaleFactor ?? 0,
            scaleFactorLimit: policy.scaleFactorLimit ?? 0,
          },
          inUse,
          capacity,
          most,
        ),
    })),
  };
}

/** Periods that can't be read were refused with the file; here they are never in force. */
function read(periods: readonly string[], dialect: Dialect): readonly Period[] {
  return periods.flatMap((text) => {
    const parsed = parsePeriod(text, dialect);
    return parsed.ok ? [parsed.period] : [];
  });
}

/** Starts of the hours from Monday, 0:00 by the zone's clock, to the next one. */
function hoursOfWeek(zone: Zone, at: number): readonly number[] {
  const clock = at + zone.offsetAt(at);
  const day = Math.floor(clock / (24 * hour));
  const monday = (day - weekdayOf(clock)) * 24 * hour;
  const start = zone.instantOf(monday);
  const end = zone.instantOf(monday + 7 * 24 * hour);
  const starts: number[] = [];
  for (let now = start; now < end; now += hour) starts.push(now);
  return starts;
}

/** 0 for Monday. @param clock epoch milliseconds as if UTC were the clock */
function weekdayOf(clock: number): number {
  return (new Date(clock).getUTCDay() + 6) % 7;
}

function mostOf(asked: readonly (Block | undefined)[]): Block | undefined {
  const counts = new Map<Block | undefined, number>();
  for (const block of asked) counts.set(block, (counts.get(block) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
