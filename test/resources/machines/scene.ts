import { diskHash } from "../../../shared/resources/machines/disk.ts";
import type {
  CloseLook,
  DiskReading,
  Evidence,
  MachineDirectory,
  ManagerEvidence,
} from "../../../shared/resources/machines/evidence.ts";
import type { Machine } from "../../../shared/resources/machines/machine.ts";
import { answered, type Span } from "../../../shared/resources/machines/span.ts";

export const minute = 60_000;
export const hour = 60 * minute;
/** When the scene plays: 2026-11-24T12:00:00Z. */
export const noon = Date.UTC(2026, 10, 24, 12);
export const grace = 15 * minute;

export const profile = "arn:aws:iam::123456789012:instance-profile/fleetkeeper/acme/acme-machine";
export const group = "sg-0acmemachines";
export const template = "runner-t9wkyjhg-acme-%s";
export const host = "i-0host";

/** The steps of one gathering, in order, ending right now. */
export const spans = {
  listing: span(-60, -50),
  disk: span(-40, -30),
  jobs: span(-20, -10),
} as const;

export function span(from: number, to: number): Span {
  return { from: noon + from * 1000, to: noon + to * 1000 };
}

export function nameAt(age: number, template_ = template, nonce = "1a2b3c4d"): string {
  return template_.replace("%s", `${Math.floor((noon - age) / 1000)}-${nonce}`);
}

/** A running, tagged machine of this fleet, two hours old. */
export function machine(fields: Partial<Machine> & { readonly age?: number } = {}): Machine {
  const { age = 2 * hour, ...rest } = fields;
  return {
    id: "i-0machine",
    state: "running",
    launchTime: noon - age + 5_000,
    keyName: nameAt(age),
    profileArn: profile,
    groupIds: [group],
    tags: { "fleetkeeper:fleet": "acme", "fleetkeeper:manager": host },
    ...rest,
  };
}

/** {@link machine} without what a killed or old docker-machine leaves out. */
export function untagged(fields: Partial<Machine> & { readonly age?: number } = {}): Machine {
  return machine({ tags: {}, ...fields });
}

export const expected = {
  nonce: "n-1",
  path: "/data/machine/machines",
  mount: "/data",
  volume: "vol-0data",
  generation: 1,
} as const;

export function reading(machines: readonly MachineDirectory[], fields: Partial<DiskReading> = {}): DiskReading {
  return {
    nonce: expected.nonce,
    instance: host,
    path: expected.path,
    mount: expected.mount,
    sentinel: { volume: expected.volume, generation: expected.generation },
    machines,
    count: machines.length,
    hash: diskHash(machines),
    ended: true,
    ...fields,
  };
}

export type Active = Extract<ManagerEvidence, { state: "active" }>;

export function manager(machines: readonly MachineDirectory[] = [], fields: Partial<Active> = {}): Active {
  return {
    state: "active",
    id: host,
    expected,
    disk: answered(spans.disk, reading(machines)),
    sections: answered(spans.disk, [template]),
    processes: answered(spans.disk, []),
    ...fields,
  };
}

export function closeLook(fields: Partial<CloseLook> = {}): CloseLook {
  return { terminationProtection: answered(spans.jobs, false), containers: answered(spans.jobs, 0), ...fields };
}

/** A complete gathering in which nothing speaks for any of the machines. */
export function evidence(machines: readonly Machine[], fields: Partial<Evidence> = {}): Evidence {
  return {
    fleet: {
      name: "acme",
      profileArns: [profile],
      groupIds: [group],
      hostVolumes: ["vol-0data"],
      templates: [template],
      gracePeriod: grace,
    },
    listing: answered(spans.listing, machines),
    hosts: answered(spans.listing, [host]),
    dataVolumes: answered(spans.listing, fields.managers === undefined ? [expected.volume] : []),
    scalingGroups: answered(spans.listing, []),
    managers: [manager()],
    traces: answered(spans.jobs, []),
    closeLooks: Object.fromEntries(machines.map(({ id }) => [id, closeLook()])),
    ...fields,
  };
}
