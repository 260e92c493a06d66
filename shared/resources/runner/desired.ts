import type { Fleet } from "../../desired/fleet.ts";
import { secretPath } from "../../desired/names.ts";
import { poolGroupName } from "../../desired/runners/pool.ts";
import type { RunnerFleet } from "../../desired/runners/runners-schema.ts";
import type { RunnerAttributes, RunnerScope, RunnerSurroundings } from "./host-requests.ts";
import { runnerNameOf } from "./render.ts";

export const kind = "runner";

/** The token with which the host calls the GitLab that it runs itself. */
export type ApiTokenDesired = { readonly type: "api-token" };

/** config.toml's global part, and what else is in it where the file is owned whole. */
export type ManagerDesired = { readonly type: "manager" };

/** One `[[runners]]` section and its runner in GitLab. */
export type SectionDesired = {
  readonly type: "section";
  /** `name` of the section. */
  readonly section: string;
  readonly attributes: RunnerAttributes;
  readonly scope: RunnerScope;
  readonly flow: "authentication-token" | "registration-token";
  /** Name of its Auto Scaling group, where the file declares one: a runner without it would take jobs and start none. */
  readonly pool?: string;
};

export type RunnerDesired = ApiTokenDesired | ManagerDesired | SectionDesired;

export function sectionResource(section: string): string {
  return `section/${section}`;
}

/** Undefined for resources that are no section. */
export function sectionOf(name: string): string | undefined {
  return name.startsWith("section/") ? name.slice("section/".length) : undefined;
}

export function runnerDesired({ metadata, spec }: Fleet): ReadonlyMap<string, RunnerDesired> {
  const { runners, host } = spec;
  if (runners === undefined || host === undefined) return new Map();
  return new Map<string, RunnerDesired>([
    ...(runners.gitlab === undefined ? [["api-token", { type: "api-token" }] as const] : []),
    ["manager", { type: "manager" }],
    ...runners.fleets.map((fleet) => {
      const section = runnerNameOf(metadata.name, fleet);
      const pool =
        fleet.executor === "docker+machine" || fleet.pool === undefined
          ? {}
          : { pool: poolGroupName(metadata.name, fleet) };
      return [sectionResource(section), { ...sectionDesired(section, fleet), ...pool }] as const;
    }),
  ]);
}

function sectionDesired(section: string, { registration }: RunnerFleet): SectionDesired {
  const { scope, groupId, projectId, maximumTimeout, maintenanceNote } = registration;
  return {
    type: "section",
    section,
    attributes: {
      description: registration.description ?? section,
      tag_list: [...registration.tags].sort(),
      run_untagged: registration.runUntagged,
      locked: registration.locked,
      paused: registration.paused,
      access_level: registration.accessLevel,
      maximum_timeout: maximumTimeout === undefined ? null : Math.floor(maximumTimeout / 1000),
      ...(maintenanceNote === undefined ? {} : { maintenance_note: maintenanceNote }),
    },
    scope: {
      runner_type: `${scope}_type`,
      ...(scope === "group" && groupId !== undefined ? { group_id: groupId } : {}),
      ...(scope === "project" && projectId !== undefined ? { project_id: projectId } : {}),
    },
    flow: registration.flow,
  };
}

/** Of a runner that has left the file: only its end is asked for. */
export const formerScope: RunnerScope = { runner_type: "instance_type" };

export function gitlabUrl({ spec }: Fleet): string {
  return spec.runners?.gitlab?.url ?? spec.host?.externalUrl ?? "";
}

/** @param now epoch milliseconds */
export function requestSurroundings(fleet: Fleet, now: number): RunnerSurroundings {
  const elsewhere = fleet.spec.runners?.gitlab;
  const { apiTokenSecret, registrationTokenSecret } = elsewhere ?? {};
  return {
    fleet: fleet.metadata.name,
    secretPrefix: secretPath(fleet.metadata.name, ""),
    gitlab: {
      url: gitlabUrl(fleet),
      own: elsewhere === undefined,
      ...(apiTokenSecret === undefined ? {} : { apiTokenSecret }),
      ...(registrationTokenSecret === undefined ? {} : { registrationTokenSecret }),
    },
    now,
  };
}
