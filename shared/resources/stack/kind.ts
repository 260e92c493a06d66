import type { Readers, Writers } from "../../aws/ports.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { ActionDraft } from "../../engine/action.ts";
import type { Verdict } from "../../engine/condition.ts";
import type { ApplyContext, ApplyResult, DiffContext, Health, Kind } from "../../engine/kind.ts";
import type { Observation } from "../../engine/observation.ts";
import { applyDisk, applyDocker, applyFiles, applyMount, applyService, endService, removeService } from "./apply.ts";
import { kind, type StackDesired, stackDesired } from "./desired.ts";
import { diffDisk, diffDocker, diffFiles, diffMount, diffService, strayService } from "./diff.ts";
import { observeStack } from "./observe.ts";
import { fullest, type ServiceState, type StackState } from "./state.ts";
import { stackTeardown } from "./teardown.ts";

type StackReaders = Pick<Readers, "commands">;
type StackWriters = Pick<Writers, "commands">;

/** What runs on the host: docs/kinds.md says what is compared. All of it is seen and done by Systems Manager's commands. */
export const stackKind: Kind<Fleet, StackReaders, StackWriters, StackDesired, StackState> = {
  kind,
  after: ["host"],
  observeAfter: ["host"],
  desired: stackDesired,
  observe: ({ fleet, readers, ...context }) =>
    observeStack({
      reader: readers.commands,
      desired: stackDesired(fleet),
      inventory: context.inventory,
      operations: context.operations,
      only: context.only,
      outputs: context.outputs,
      now: context.now,
    }),
  diff,
  apply,
  outputs: (_name, observed) => (observed.type === "service" ? { state: observed.state } : {}),
  fingerprinted(_name, observed) {
    switch (observed.type) {
      case "service": {
        const { state, image, configHash, wantedHash } = observed;
        return { state, image, configHash, wantedHash };
      }
      case "disk":
        return { type: observed.type };
      case "mount":
      case "docker":
      case "files":
        return observed;
    }
  },
  health: (_name, observed) => health(observed),
  tells: (name, observation) => (name === "disk" ? diskSpace(observation) : []),
  teardown: stackTeardown,
};

function of<Type extends StackState["type"]>(
  type: Type,
  observed: StackState | undefined,
): Extract<StackState, { type: Type }> | undefined {
  return observed?.type === type ? (observed as Extract<StackState, { type: Type }>) : undefined;
}

function diff({
  fleet,
  name,
  desired,
  observed,
  outputs,
}: DiffContext<Fleet, StackDesired, StackState>): readonly ActionDraft[] {
  const target = { kind, name };
  switch (desired?.type) {
    case undefined:
      return observed?.type === "service" && fleet.spec.host !== undefined ? [strayService(target, observed)] : [];
    case "mount":
      return diffMount(target, of("mount", observed), outputs);
    case "docker":
      return diffDocker(target, of("docker", observed), desired);
    case "files":
      return diffFiles(target, of("files", observed), desired);
    case "service":
      return diffService(target, of("service", observed), desired);
    case "disk":
      return diffDisk(target, of("disk", observed), desired);
  }
}

async function apply(context: ApplyContext<Fleet, StackDesired, StackState, StackWriters>): Promise<ApplyResult> {
  const { action, desired, observed, outputs, writers, now } = context;
  const sending = { commands: writers.commands, outputs, now };
  if (action.verb === "delete") {
    const service = action.target.name.replace(/^service\//, "");
    const strays = action.changes.some(({ path }) => path === "container");
    return strays ? removeService(sending, service) : endService(sending, service);
  }
  switch (desired?.type) {
    case undefined:
      return { state: "done" };
    case "mount":
      return applyMount(sending, of("mount", observed));
    case "docker":
      return applyDocker(sending, desired);
    case "files":
      return applyFiles(sending, desired, action.changes);
    case "service":
      return applyService(sending, desired, of("service", observed));
    case "disk":
      return applyDisk(sending, desired);
  }
}

function health(observed: StackState): Health {
  switch (observed.type) {
    case "mount":
      return { status: "Healthy" };
    case "docker":
      return observed.running ? { status: "Healthy" } : { status: "Degraded", message: "Docker doesn't run" };
    case "files":
      return { status: "Healthy" };
    case "service":
      return serviceHealth(observed);
    case "disk": {
      const [path, percent] = fullest(observed);
      const status = percent > observed.warningPercent ? "Degraded" : "Healthy";
      return { status, message: `${path} is ${percent} % full` };
    }
  }
}

function diskSpace(observation: Observation<StackState>): readonly Verdict[] {
  if (observation.state === "unknown") return [{ reason: "DiskUnknown", message: observation.why }];
  if (observation.state === "absent" || observation.value.type !== "disk") return [];
  const [path, percent] = fullest(observation.value);
  const message = `${path} is ${percent} % full`;
  return [{ reason: percent > observation.value.warningPercent ? "DiskFilling" : "DiskHasRoom", message }];
}

function serviceHealth({ state, health: docker, readiness, exitCode }: ServiceState): Health {
  if (state === "restarting") return { status: "Degraded", message: `it ends again and again (exit code ${exitCode})` };
  if (state !== "running") return { status: "Degraded", message: `it is ${state}` };
  if (readiness !== undefined) {
    if (readiness === 200) return { status: "Healthy" };
    return docker === "unhealthy"
      ? { status: "Degraded", message: `GitLab doesn't answer (readiness ${readiness})` }
      : { status: "Progressing", message: `GitLab is starting (readiness ${readiness})` };
  }
  return docker === "unhealthy" ? { status: "Degraded", message: "its health check fails" } : { status: "Healthy" };
}
