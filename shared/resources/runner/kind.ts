import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { Json } from "../../engine/json.ts";
import type { ApplyContext, ApplyResult, Health, Kind } from "../../engine/kind.ts";
import { applyApiToken, applyManager, applySection, endSection } from "./apply.ts";
import { kind, type RunnerDesired, runnerDesired } from "./desired.ts";
import { diffApiToken, diffManager, diffSection, sectionDeletion } from "./diff.ts";
import { templateOf } from "./fleet-surroundings.ts";
import { observeRunners } from "./observe.ts";
import type { RunnerState } from "./state.ts";
import { runnerTeardown } from "./teardown.ts";

type RunnerReaders = Pick<Readers, "commands" | "host" | "network">;
type RunnerWriters = Pick<Writers, "commands" | "host" | "network">;

/** config.toml, the runners in GitLab and the host's token for its API: docs/runners.md says what is compared. */
export const runnerKind: Kind<Fleet, RunnerReaders, RunnerWriters, RunnerDesired, RunnerState> = {
  kind,
  after: ["iam", "network", "cache-bucket", "stack", "pool"],
  observeAfter: ["host"],
  desired: runnerDesired,
  observe: ({ fleet, readers, inventory, operations, only, outputs, now }) =>
    observeRunners({ fleet, readers, inventory, operations, only, outputs, now }),
  diff({ fleet, name, desired, observed }) {
    const target = { kind, name };
    switch (desired?.type) {
      case undefined:
        return observed?.type === "section" ? [sectionDeletion(target, observed)] : [];
      case "api-token":
        return diffApiToken(target, of("api-token", observed));
      case "manager":
        return diffManager(target, of("manager", observed));
      case "section":
        return diffSection(target, of("section", observed), desired, fleet.spec.runners?.gitlab === undefined);
    }
  },
  apply,
  outputs(_name, observed) {
    if (observed.type !== "section" || observed.runner?.id == null) return {};
    return { id: String(observed.runner.id) };
  },
  fingerprinted: (_name, observed) => fingerprinted(observed),
  health: (_name, observed) => health(observed),
  teardown: runnerTeardown,
};

function of<Type extends RunnerState["type"]>(
  type: Type,
  observed: RunnerState | undefined,
): Extract<RunnerState, { type: Type }> | undefined {
  return observed?.type === type ? (observed as Extract<RunnerState, { type: Type }>) : undefined;
}

function apply(context: ApplyContext<Fleet, RunnerDesired, RunnerState, RunnerWriters>): Promise<ApplyResult> {
  const { fleet, action, desired, observed, outputs, writers, now } = context;
  const template = () => templateOf(fleet, writers);
  const sending = { fleet, commands: writers.commands, outputs, now, template };
  switch (desired?.type) {
    case undefined:
      return endSection(sending, action, of("section", observed));
    case "api-token":
      return applyApiToken(sending);
    case "manager":
      return applyManager(sending, of("manager", observed));
    case "section":
      return applySection(sending, action, desired, of("section", observed));
  }
}

/** Without what moves by itself: counters, contacts, jobs. */
function fingerprinted(observed: RunnerState): Json {
  switch (observed.type) {
    case "api-token":
      return observed;
    case "manager":
      return { changes: plain(observed.changes) };
    case "section": {
      const { state, registering, rotating, changes, runner } = observed;
      const { id = null, tokenValid = null, gone = null, attributes = null } = runner ?? {};
      return { state, registering, rotating, changes: plain(changes), runner: { id, tokenValid, gone, attributes } };
    }
  }
}

function plain(changes: readonly { readonly path: string; readonly from?: Json; readonly to?: Json }[]): Json {
  return changes.map(({ path, from = null, to = null }) => ({ path, from, to }));
}

function health(observed: RunnerState): Health {
  switch (observed.type) {
    case "api-token":
      return observed.token === "valid"
        ? { status: "Healthy" }
        : { status: "Degraded", message: `it is ${observed.token}` };
    case "manager":
      return observed.metrics === null
        ? { status: "Degraded", message: "the manager's metrics don't answer" }
        : { status: "Healthy", message: `GitLab Runner ${observed.metrics.version ?? "of an unknown version"}` };
    case "section": {
      const status = observed.runner?.health?.status ?? null;
      if (status === "online") return { status: "Healthy" };
      if (status === "never_contacted") return { status: "Progressing", message: "it never asked GitLab for jobs" };
      if (status === null) return { status: "Unknown", message: "GitLab says nothing of it" };
      return { status: "Degraded", message: `GitLab says that it is ${status}` };
    }
  }
}
