import type { ActionDraft, Change, Target } from "../../engine/action.ts";
import type { Json } from "../../engine/json.ts";
import type { ConfigChange } from "./compare.ts";
import { kind, type SectionDesired } from "./desired.ts";
import type { RunnerAttributes } from "./host-requests.ts";
import type { ApiTokenState, ManagerState, SectionState } from "./state.ts";

const volume: Target = { kind: "stack", name: "volume" };
const gitlab: Target = { kind: "stack", name: "service/gitlab" };
const apiToken: Target = { kind, name: "api-token" };

/** @param observed undefined: there is none */
export function diffApiToken(target: Target, observed: ApiTokenState | undefined): readonly ActionDraft[] {
  if (observed?.token === "valid") return [];
  const whys = {
    missing: "the host has no token for its GitLab's API",
    given: "the host has no token for its GitLab's API",
    expired: "the token for GitLab's API is over",
    expiring: "the token for GitLab's API ends soon",
    refused: "GitLab refuses the token for its API",
    valid: "",
  } as const;
  return [
    {
      target,
      verb: observed === undefined ? "create" : "update",
      changes: [{ path: "token", ...(observed === undefined ? {} : { from: observed.token }), to: "valid" }],
      risk: "safe",
      ...(observed?.token === "expiring" || observed?.token === "expired" ? { routine: true } : {}),
      reason: whys[observed?.token ?? "missing"],
      ownership: observed === undefined ? "none" : "ours",
      needs: [volume, gitlab],
    },
  ];
}

export function diffManager(target: Target, observed: ManagerState | undefined): readonly ActionDraft[] {
  if (observed === undefined) {
    return [
      {
        target,
        verb: "create",
        changes: [{ path: "config.toml", to: "the global part" }],
        risk: "safe",
        reason: "the manager has no config.toml",
        ownership: "none",
        needs: [volume],
      },
    ];
  }
  return configUpdate(target, observed.changes, []);
}

export function diffSection(
  target: Target,
  observed: SectionState | undefined,
  desired: SectionDesired,
  own: boolean,
): readonly ActionDraft[] {
  const pool = desired.pool === undefined ? [] : [{ kind: "pool", name: `group/${desired.pool}` }];
  const needs = [volume, ...(own ? [gitlab, apiToken] : []), ...pool];
  const why = observed === undefined ? "no such runner is registered" : whyRegister(observed);
  if (why !== undefined) {
    return [
      {
        target,
        verb: observed === undefined ? "create" : "update",
        changes: [
          { path: "registration", to: desired.scope.runner_type },
          ...Object.entries(desired.attributes).map(([name, to]): Change => ({ path: `gitlab.${name}`, to })),
        ],
        risk: "safe",
        reason: why,
        ownership: observed === undefined ? "none" : "ours",
        needs,
      },
    ];
  }
  if (observed === undefined) return [];
  const attributes = observed.runner?.attributes ?? null;
  const scope = attributes?.runner_type;
  const rotation = observed.rotating ? [rotationChange] : [];
  const drafts = configUpdate(
    target,
    [...rotation, ...observed.changes],
    attributes === null ? [] : changedAttributes(attributes, desired.attributes),
  );
  if (scope === undefined || scope === desired.scope.runner_type) return drafts;
  const change = { path: "gitlab.runner_type", from: scope, to: desired.scope.runner_type };
  const refused =
    "GitLab can't change whose runner it is: give the fleet another name, so that a new one is made beside it";
  return [
    {
      target,
      verb: "update",
      changes: [change],
      risk: "disruptive",
      reason: `it is a runner of another scope (${scope})`,
      ownership: "ours",
      refused,
    },
    ...drafts,
  ];
}

/** Somebody asked for it by `fleetkeeper runners rotate`. */
const rotationChange: ConfigChange = {
  path: "token",
  to: "made anew",
  effect: "disown",
  why: "a new token was asked for, and the manager finds its machines by the old one",
};

/** A runner that left the file: its jobs and its machines end first. */
export function sectionDeletion(target: Target, observed: SectionState): ActionDraft {
  return {
    target,
    verb: "delete",
    changes: [],
    risk: observed.state === "whole" ? "disruptive" : "safe",
    reason: "the file declares no such fleet any more: it drains, and its runner and its section end",
    ownership: "ours",
  };
}

function whyRegister({ state, runner, registering }: SectionState): string | undefined {
  if (state === "missing") return "its registration began and did not end";
  if (state === "tokenless") return "its section has no token";
  if (runner?.gone === true) return "GitLab knows this runner no more";
  if (runner?.tokenValid === false) return "GitLab refuses the token in config.toml";
  return registering ? "its registration began and did not end" : undefined;
}

/** By GitLab's names, under `gitlab.`. */
export function changedAttributes(found: Readonly<Record<string, Json>>, wanted: RunnerAttributes): readonly Change[] {
  return Object.entries(wanted).flatMap(([name, to]): readonly Change[] => {
    const from = found[name] ?? null;
    const same = Array.isArray(from) && Array.isArray(to) ? sameSet(from, to) : from === to;
    return same ? [] : [{ path: `gitlab.${name}`, from, to }];
  });
}

function sameSet(a: readonly Json[], b: readonly Json[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
}

function configUpdate(
  target: Target,
  config: readonly ConfigChange[],
  attributes: readonly Change[],
): readonly ActionDraft[] {
  if (config.length + attributes.length === 0) return [];
  const worst = config.find(({ effect }) => effect === "disown") ?? config.find(({ effect }) => effect === "restart");
  const changes = [
    ...config.map(
      ({ path, from, to }): Change => ({
        path,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      }),
    ),
    ...attributes,
  ];
  const paths = changes.map(({ path }) => path);
  const reason =
    worst === undefined
      ? `${paths.slice(0, 3).join(", ")}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""} ${paths.length === 1 ? "isn't" : "aren't"} as declared`
      : `${worst.path}: ${worst.why}, so it drains first`;
  return [
    { target, verb: "update", changes, risk: worst === undefined ? "safe" : "disruptive", reason, ownership: "ours" },
  ];
}
