import { formatDuration } from "../../desired/duration.ts";
import { type Period, parsePeriod } from "../../desired/runners/period.ts";
import { cronFields } from "../../desired/runners/period-field.ts";
import type { MachineFleet } from "../../desired/runners/runners-schema.ts";
import type { JsonObject } from "../../engine/json.ts";
import { defaultPlugin } from "../common/fleeting.ts";
import { asWritten } from "./as-written.ts";

/** What a person must see to, or what the new executor does differently. */
export interface ConvertNote {
  /** Field of the old fleet: `machine.spotPrice`. */
  readonly path: string;
  readonly message: string;
}

export interface Converted {
  /** The new fleet as it would stand in the file, to run beside the old one until that is drained. */
  readonly fleet: JsonObject;
  readonly notes: readonly ConvertNote[];
}

type Machine = MachineFleet["machine"];
type Idle = Pick<Machine, "idleCount" | "idleScaleFactor" | "idleCountMin" | "idleTime">;

/**
 * A docker+machine fleet as a docker-autoscaler one: machines become jobs of capacity one, periods lose their first and last
 * field, seconds become durations. Source: GitLab Runner docs, "Migrate to the GitLab Runner Autoscaler".
 */
export function convertToAutoscaler(old: MachineFleet): Converted {
  const notes: ConvertNote[] = [];
  const { machine, executor: _executor, name, runnerName: _runnerName, ...common } = old;
  const fleet: JsonObject = {
    name: `${name}-auto`,
    executor: "docker-autoscaler",
    ...(asWritten(common) as JsonObject),
    autoscaler: {
      plugin: defaultPlugin,
      capacityPerInstance: 1,
      ...(machine.maxBuilds === undefined ? {} : { maxUseCount: machine.maxBuilds }),
      ...(old.limit === undefined || old.limit === 0 ? {} : { maxInstances: old.limit }),
      stateStorage: { enabled: true },
      connector: {
        os: "linux",
        username: machine.sshUser ?? "ubuntu",
        useExternalAddr: machine.usePrivateAddress === false,
      },
      policies: policiesOf(machine, notes),
    },
    pool: poolOf(machine, notes),
  };
  notes.push(...lostFields(old));
  return { fleet, notes };
}

function policiesOf(machine: Machine, notes: ConvertNote[]): readonly JsonObject[] {
  return [
    { periods: ["* * * * *"], ...policyOf(machine, "machine", notes) },
    ...(machine.autoscaling ?? []).flatMap((block, index): JsonObject[] => {
      const path = `machine.autoscaling[${index}]`;
      const periods = block.periods.flatMap((text) => {
        const five = fiveFields(text);
        if (typeof five === "string") return [five];
        notes.push({ path: `${path}.periods`, message: `${text}: ${five.trouble}` });
        return [];
      });
      if (periods.length === 0) return [];
      return [
        {
          periods,
          ...(block.timezone === undefined ? {} : { timezone: block.timezone }),
          ...policyOf(block, path, notes),
        },
      ];
    }),
  ];
}

/** Idle counts change sides: docker+machine's count is the most where a factor is in use, the autoscaler's the least. */
function policyOf(idle: Idle, path: string, notes: ConvertNote[]): JsonObject {
  const count = idle.idleCount ?? 0;
  const factor = idle.idleScaleFactor ?? 0;
  const time = Math.max(idle.idleTime ?? 0, 1000);
  if ((idle.idleTime ?? 0) < 1000) {
    notes.push({ path: `${path}.idleTime`, message: "0 becomes 1s: the autoscaler takes no less" });
  }
  if (factor === 0 || count === 0) return { idleCount: count, idleTime: formatDuration(time) };
  return {
    idleCount: Math.min(count, Math.max(idle.idleCountMin ?? 0, 1)),
    idleTime: formatDuration(time),
    scaleFactor: factor,
    scaleFactorLimit: count,
  };
}

/** Seven fields as five, or why that can't be. */
function fiveFields(text: string): string | { readonly trouble: string } {
  const parsed = parsePeriod(text, "cronexpr");
  if (!parsed.ok) return { trouble: parsed.message };
  const { period } = parsed;
  if (period.fieldCount >= 7 && period.fields.second.values.size < 60) {
    return { trouble: "names single seconds, which a policy can't" };
  }
  if (period.fields.year.restricted) return { trouble: "names years, which a policy can't" };
  if (special(period)) return { trouble: "uses L, W or #, which a policy doesn't know" };
  if (cronFields.some((name) => period.fields[name].values.size === 0)) return { trouble: "never matches" };
  return (["minute", "hour", "dayOfMonth", "month", "dayOfWeek"] as const)
    .map((name) => period.fields[name].spelled.replaceAll("?", "*"))
    .join(" ");
}

function special({ fields: { dayOfMonth, dayOfWeek } }: Period): boolean {
  return (
    dayOfMonth.last ||
    dayOfMonth.lastWorkday ||
    dayOfMonth.workdays.size + dayOfWeek.lastOfMonth.size + dayOfWeek.nthOfMonth.size > 0
  );
}

function poolOf(machine: Machine, notes: ConvertNote[]): JsonObject {
  if (machine.ami === undefined) {
    notes.push({
      path: "machine.ami",
      message: "not set: name an image that has Docker, and ubuntu in its docker group",
    });
  } else {
    notes.push({
      path: "machine.ami",
      message: "must have Docker in it and the login user in the docker group: nothing is installed any more",
    });
  }
  return {
    instanceTypes: [machine.instanceType ?? "t2.micro"],
    ...(machine.ami === undefined ? {} : { ami: { ...machine.ami } }),
    spot: machine.requestSpotInstance ?? false,
    ...(machine.subnetId === undefined ? {} : { subnetIds: [machine.subnetId] }),
    ...(machine.rootSizeGiB === undefined ? {} : { rootSizeGiB: machine.rootSizeGiB }),
    ...(machine.volumeType === "gp2" ||
    machine.volumeType === "gp3" ||
    machine.volumeType === "io1" ||
    machine.volumeType === "io2"
      ? { volumeType: machine.volumeType }
      : {}),
  };
}

/** Fields that have no place in the new fleet, and what becomes of what they did. */
const lost: Readonly<Partial<Record<keyof Machine, string>>> = {
  spotPrice: "spot instances of an Auto Scaling group are capped at the on-demand price",
  maxGrowthRate: "no counterpart: autoscaler.scaleThrottle limits instances a second, not at once",
  maxRemovalAttempts: "no counterpart",
  optionsWithName: "no counterpart: instances are named by the group",
  options: "no counterpart: what they set belongs in the image or the launch template",
  securityGroups: "the fleet's machine group is used",
  instanceProfile: "the fleet's machine profile is used",
  openPorts: "no counterpart: the group's rules are the network's",
  dockerVersion: "no counterpart: the image has the engine that it has",
  registryMirrors: "put them into the image's /etc/docker/daemon.json",
  insecureRegistries: "put them into the image's /etc/docker/daemon.json",
  engineOptions: "put them into the image's /etc/docker/daemon.json",
  engineEnvironment: "put them into the image's unit of Docker",
  engineLabels: "put them into the image's /etc/docker/daemon.json",
  storageDriver: "put it into the image's /etc/docker/daemon.json",
  userDataPath: "no counterpart: put what it does into the image",
  sshKeyPath: "no counterpart: keys are sent by EC2 Instance Connect, or set connector.keyPath",
  keyPairName: "no counterpart",
  tags: "the fleet's tags are used",
  monitoring: "no counterpart",
  ebsOptimized: "current instance types always are",
  endpoint: "no counterpart",
  retries: "no counterpart",
};

function lostFields({ machine, limit, docker }: MachineFleet): readonly ConvertNote[] {
  const notes = (Object.keys(lost) as (keyof Machine)[]).flatMap((name): ConvertNote[] =>
    machine[name] === undefined ? [] : [{ path: `machine.${name}`, message: lost[name] ?? "" }],
  );
  if (limit === undefined || limit === 0) {
    notes.push({ path: "limit", message: "none: set autoscaler.maxInstances, for the group needs a size" });
  }
  if (docker?.host !== undefined || docker?.tlsCertPath !== undefined) {
    notes.push({
      path: "docker.host",
      message: "the autoscaler reaches Docker over SSH; take host and certificates out",
    });
  }
  return notes;
}
