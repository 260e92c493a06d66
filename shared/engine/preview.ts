import type { Clock } from "./clock.ts";
import type { Condition, Verdict } from "./condition.ts";
import { conditions } from "./conditions.ts";
import { startingInventory, unfinishedPlan } from "./fleet-status.ts";
import { recall } from "./memory.ts";
import { toldBy } from "./observe.ts";
import type { Plan } from "./plan.ts";
import { type Planning, planRound } from "./plan-round.ts";
import { resourceStatuses } from "./resource-status.ts";
import { decideRevision } from "./revision.ts";
import type { FleetState, Revision } from "./state-port.ts";
import type { ResourceStatus } from "./status.ts";
import { suspensionInEffect } from "./suspension.ts";
import { teardownApprovals, teardownPhase } from "./teardown.ts";

export interface PreviewRequest {
  /** A file that isn't pushed: planned as if it were the newest revision. */
  readonly candidate?: Revision;
  readonly force?: boolean;
  readonly only?: readonly string[];
}

/** What a reconcile would do now, and the conditions as they would stand before it. */
export interface Preview {
  /** Undefined where no valid revision is there to plan for; `accepted` says why. */
  readonly plan: Plan | undefined;
  readonly accepted: Verdict;
  /** What is wrong with the newest revision, each a line. */
  readonly problems: readonly string[];
  readonly conditions: readonly Condition[];
  readonly resources: Readonly<Record<string, ResourceStatus>>;
}

/**
 * The dry run: the same lines as a reconcile up to the apply, without lease, writers or anything else that could write.
 * @param state as loaded, or {@link nothingKnown} where there is no bucket yet
 */
export async function preview<Fleet, Readers>(
  planning: Planning<Fleet, Readers> & { readonly clock: Clock },
  name: string,
  state: FleetState,
  request: PreviewRequest = {},
): Promise<Preview> {
  const now = planning.clock.now();
  const before = state.status?.value;
  const { candidate } = request;
  const decision = decideRevision(
    planning.desired,
    name,
    candidate === undefined ? state : { newest: candidate, accepted: undefined, status: undefined },
  );
  const policy = decision.inForce === undefined ? undefined : planning.desired.policy(decision.inForce.fleet, now);
  const suspension = suspensionInEffect(policy, state.suspension, now);
  const known = decision.inForce?.revision.digest === before?.inForce?.digest;
  const memory = recall(before, !known, now, planning.limits);
  const round =
    decision.inForce === undefined
      ? undefined
      : await planRound(planning, {
          name,
          fleet: decision.inForce.fleet,
          revision: {
            sequence: decision.inForce.revision.sequence,
            commit: decision.inForce.revision.commit,
            digest: decision.inForce.revision.digest,
          },
          newestAccepted: decision.verdict.reason === "RevisionValid",
          suspension,
          inventory: startingInventory(before, unfinishedPlan(state)),
          memory,
          force: request.force ?? false,
          only: request.only,
          approved: new Set(
            planning.teardown === true
              ? teardownApprovals(state.teardown).keys()
              : state.approvals.filter(({ usedBy }) => usedBy === undefined).map(({ actionId }) => actionId),
          ),
          teardown: planning.teardown === true ? "running" : teardownPhase(planning, state),
          applied: { safe: 0, disruptive: 0, destructive: 0 },
          round: 1,
          startedAt: now,
          now,
        });
  const resources =
    round === undefined
      ? (before?.resources ?? {})
      : resourceStatuses({
          before: before?.resources ?? {},
          look: round.look,
          plan: round.plan,
          memory: round.memory,
          unsettled: new Set(),
          limits: planning.limits,
          now,
        });
  return {
    plan: round?.plan,
    accepted: decision.verdict,
    problems: decision.problems,
    conditions: conditions({
      before: before?.conditions ?? [],
      accepted: decision.verdict,
      inForce: decision.inForce !== undefined,
      plan: round?.plan,
      mode: policy?.mode,
      resources,
      suspension,
      unfinished: false,
      brokeOff: undefined,
      collection: before?.conditions.find(({ type }) => type === "GarbageCollected"),
      told: round === undefined ? undefined : toldBy(round.look),
      generation: decision.generation,
      now,
    }),
    resources,
  };
}

/** The state of a fleet of which nothing is stored. */
export const nothingKnown: FleetState = {
  newest: undefined,
  accepted: undefined,
  status: undefined,
  suspension: undefined,
  approvals: [],
  plan: undefined,
};
