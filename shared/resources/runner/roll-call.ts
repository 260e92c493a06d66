import type { Fleet } from "../../desired/fleet.ts";
import type { RunnerFleet } from "../../desired/runners/runners-schema.ts";
import type { Json } from "../../engine/json.ts";
import { runnerDesired, sectionResource } from "./desired.ts";
import { changedAttributes } from "./diff.ts";
import type { Reading, ToldRunner } from "./reading.ts";
import { runnerNameOf } from "./render.ts";

/** What GitLab says of one runner, beside what the file says of it. Null: not told. */
export type RollCallRow = {
  /** The fleet's name in the file; null: the host has such a section, and the file doesn't. */
  readonly fleet: string | null;
  /** `name` of its [[runners]]. */
  readonly section: string;
  readonly gitlab: {
    readonly id: number | null;
    readonly state: RunnerPresence;
    readonly online: boolean | null;
    /** online, offline, stale or never_contacted. */
    readonly status: string | null;
    readonly version: string | null;
    readonly paused: boolean | null;
    /** Running ones. */
    readonly jobs: number | null;
    /** Epoch milliseconds. GitLab writes it down every 40 to 55 minutes. */
    readonly contactedAt: number | null;
    readonly managers: readonly RollCallManager[] | null;
  };
  readonly file: {
    readonly executor: string;
    readonly limit: number | null;
    /** Of the runner manager. */
    readonly version: string | null;
    readonly paused: boolean;
    readonly tags: readonly string[];
  } | null;
  /** Attributes that GitLab has otherwise than the file. */
  readonly differences: readonly { readonly attribute: string; readonly gitlab: Json; readonly file: Json }[];
  /** A new token was asked for. */
  readonly rotating: boolean;
};

/** `registering`: it began and did not end. `refused`: GitLab doesn't take the token. `gone`: it knows no such runner. */
export type RunnerPresence = "registered" | "registering" | "refused" | "gone" | "missing" | "unknown";

export type RollCallManager = {
  readonly systemId: string;
  readonly version: string | null;
  readonly status: string | null;
  readonly busy: boolean;
  readonly contactedAt: number | null;
};

export interface RollCall {
  /** Why GitLab told nothing. */
  readonly why: string | null;
  readonly runners: readonly RollCallRow[];
}

/** Every runner of the file, then those that only the host has. */
export function rollCall(fleet: Fleet, reading: Reading): RollCall {
  const declared = (fleet.spec.runners?.fleets ?? []).map((one) => ({
    one,
    section: runnerNameOf(fleet.metadata.name, one),
  }));
  const others = Object.keys(reading.gitlab.runners).filter(
    (name) => !declared.some(({ section }) => section === name),
  );
  return {
    why: reading.gitlab.why,
    runners: [
      ...declared.map(({ one, section }) => row(fleet, reading, section, one)),
      ...others.map((section) => row(fleet, reading, section, undefined)),
    ],
  };
}

function row(fleet: Fleet, reading: Reading, section: string, declared: RunnerFleet | undefined): RollCallRow {
  const told = reading.gitlab.runners[section];
  const { id = null, attributes = null, health = null, details = null } = told ?? {};
  const wanted = runnerDesired(fleet).get(sectionResource(section));
  const changes =
    attributes !== null && wanted?.type === "section" ? changedAttributes(attributes, wanted.attributes) : [];
  return {
    fleet: declared?.name ?? null,
    section,
    gitlab: {
      id: id ?? reading.ids[section] ?? null,
      state: presence(reading, section, told),
      online: details?.online ?? null,
      status: health?.status ?? null,
      version: health?.version ?? null,
      paused: attributes?.paused ?? null,
      jobs: details?.jobs ?? null,
      contactedAt: instantOf(details?.contacted_at),
      managers:
        details?.managers?.map((one) => ({
          systemId: one.system_id,
          version: one.version,
          status: one.status,
          busy: one.job_execution_status === "active",
          contactedAt: instantOf(one.contacted_at),
        })) ?? null,
    },
    file:
      declared === undefined
        ? null
        : {
            executor: declared.executor,
            limit: declared.limit ?? null,
            version: fleet.spec.runners?.version ?? fleet.spec.host?.gitlab.version ?? null,
            paused: declared.registration.paused,
            tags: declared.registration.tags,
          },
    differences: changes.map(({ path, from, to }) => ({
      attribute: path.replace(/^gitlab\./, ""),
      gitlab: from ?? null,
      file: to ?? null,
    })),
    rotating: reading.rotating.includes(section),
  };
}

function presence(reading: Reading, section: string, told: ToldRunner | undefined): RunnerPresence {
  if (reading.registering.includes(section)) return "registering";
  if (told === undefined) return reading.gitlab.why === null ? "missing" : "unknown";
  if (told.gone) return "gone";
  if (told.tokenValid === false) return "refused";
  return told.tokenValid === null && told.attributes === null ? "unknown" : "registered";
}

function instantOf(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? null : at;
}
