import { float, integer, type SettingTable, seconds, strings, text } from "./setting.ts";

/** `[runners.machine]` beside its options and periods. Source: GitLab Runner docs, "The [runners.machine] section". */
export const machineSettings = {
  machineName: text(
    "MachineName",
    "Template of the machines' names; holds %s once. A change disowns every running machine, so they are drained first. Default: FLEET-NAME-%s.",
    "acme-build-%s",
  ),
  driver: text("MachineDriver", "docker-machine's driver. Default: amazonec2.", "amazonec2"),
  maxGrowthRate: integer("MaxGrowthRate", {}, "How many machines are made at once. 0: no limit.", 5, "machines"),
  maxBuilds: integer("MaxBuilds", {}, "After how many jobs a machine is replaced. 0: never.", 100, "jobs"),
  maxRemovalAttempts: integer(
    "MaxRemovalAttempts",
    {},
    "How often removing a machine is tried (19.1 and later).",
    30,
    "attempts",
  ),
  optionsWithName: strings("MachineOptionsWithName", "Options that hold %s for the machine's name (18.6 and later).", [
    "amazonec2-tags=Name,%s",
  ]),
} as const satisfies SettingTable;

/** The four values that a period replaces as a whole: what a period leaves out is 0 while it is in force. */
export const idleSettings = {
  idleCount: integer(
    "IdleCount",
    {},
    "Machines kept idle; with idleScaleFactor the most of them. Above 0, jobs are taken only while a machine is idle.",
    5,
    "machines",
  ),
  idleScaleFactor: float("IdleScaleFactor", "Idle machines for each machine in use. 0: idleCount alone counts.", 0.5),
  idleCountMin: integer(
    "IdleCountMin",
    {},
    "The least that are idle where idleScaleFactor is above 0; then at least 1.",
    1,
    "machines",
  ),
  idleTime: seconds("IdleTime", "How long a machine may be idle before it goes.", "30m"),
} as const satisfies SettingTable;

/** `[[runners.machine.autoscaling]]` beside these four. */
export const periodSettings = {
  periods: strings(
    "Periods",
    "When the block counts: second minute hour day month weekday year. The last block that matches wins.",
    ["* * 9-17 * * mon-fri *"],
  ),
  timezone: text("Timezone", "Time zone of the periods. Default: the manager's, UTC.", "Asia/Tokyo"),
} as const satisfies SettingTable;
