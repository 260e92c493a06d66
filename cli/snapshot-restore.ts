import type { Readers, Writers } from "../shared/aws/ports.ts";
import type { Fleet } from "../shared/desired/fleet.ts";
import { displayName } from "../shared/desired/names.ts";
import { digest } from "../shared/engine/digest.ts";
import { Failure, failureWhile } from "../shared/engine/failure.ts";
import type { Reconciler } from "../shared/reconciler/reconciler.ts";
import { composeRequest } from "../shared/resources/common/host-request.ts";
import { fleetTag, kindTag, nameTag, tagsOf } from "../shared/resources/common/tags.ts";
import { checkGitLabRequest, readGitLabCheck } from "../shared/resources/gitlab/host-requests.ts";
import { dataDevice, dataVolumeTag, hostDesired, hostTokens, kind } from "../shared/resources/host/desired.ts";
import {
  dataVolumeName,
  keptVolumeName,
  nextSwapStep,
  nextVolumeName,
  replacesTag,
  type Swap,
  type SwapSeen,
  type SwapStep,
  sourceTag,
  swapTag,
} from "../shared/resources/host/volume-swap.ts";
import type { Io } from "./io.ts";
import { underLease } from "./under-lease.ts";

/** Milliseconds for which GitLab's container may take to end. */
const stopPatience = 5 * 60_000;
const pause = 5_000;
/** Milliseconds between two attempts, and how many in a row may fail. */
const retryPause = 15_000;
const retries = 40;
/** Milliseconds for which one call goes on. EC2 makes a volume and stops a host in minutes; both may get stuck. */
const longest = 60 * 60_000;
/** Volumes of one swap that may be deleted under it, each made under a client token of its own. */
const attempts = 4;

export async function seeSwap({ host }: Readers, fleet: string): Promise<SwapSeen> {
  const [instances, volumes] = await Promise.all([
    host.instancesOfTokens(hostTokens(fleet)),
    host.volumesTagged({ [fleetTag]: fleet, [kindTag]: kind }),
  ]);
  const names: readonly string[] = [dataVolumeName, nextVolumeName, keptVolumeName];
  const living = instances.filter(({ state }) => state !== "terminated");
  return {
    // One that is shutting down may have a successor already.
    instance: living.find(({ state }) => state !== "shutting-down") ?? living[0],
    volumes: volumes.filter(
      ({ state, tags }) => state !== "deleting" && state !== "deleted" && names.includes(tags[nameTag] ?? ""),
    ),
  };
}

/** What a person approves: this snapshot in the place of that volume, and no other. Twelve hexadecimal digits. */
export function swapId(fleet: string, { snapshot, replaces }: Omit<Swap, "begun">): string {
  return digest({ fleet, snapshot, replaces }).slice(0, 12);
}

export interface SwapSession {
  readonly io: Io;
  readonly reconciler: Reconciler;
  readonly fleet: Fleet;
  /** Milliseconds; default an hour. */
  readonly patience?: number;
}

/**
 * Takes one step after the other to the end, wherever an earlier call was broken off. What passes by itself is tried again.
 * @returns the id of the volume that has the place now @throws Failure `Interrupted`, `RestoreTimedOut`, or what doesn't pass
 */
export async function swapVolumes(session: SwapSession, swap: Swap): Promise<string> {
  const { io, patience = longest } = session;
  const deadline = io.now() + patience;
  let failed = 0;
  for (;;) {
    if (io.interrupted.aborted) throw interrupted(swap);
    try {
      const step = await goOn(session, swap);
      if (step.step === "failed") throw new Failure({ code: "RestoreStuck", class: "terminal", message: step.why });
      if (step.step === "over") return step.volume;
      io.stderr.write(`${step.for}\n`);
      if (io.now() >= deadline) throw timedOut(swap, step.for);
      failed = 0;
      await io.sleep(pause);
    } catch (error) {
      const failure = error instanceof Failure ? error : failureWhile("restoring a snapshot", error);
      failed += 1;
      if (failure.class === "terminal" || failed > retries || io.now() >= deadline) throw failure;
      io.stderr.write(`${failure.message}; trying again\n`);
      await io.sleep(retryPause);
    }
  }
}

/** Step after step under the lease, up to where EC2 has to be waited for: that needs none. */
async function goOn({ io, reconciler, fleet }: SwapSession, swap: Swap): Promise<SwapPause> {
  const { name } = fleet.metadata;
  const { readers, writers } = reconciler.engine;
  const first = nextSwapStep(swap, await seeSwap(readers, name));
  if (isPause(first)) return first;
  return underLease(reconciler, name, async (lease) => {
    for (;;) {
      const seen = await seeSwap(readers, name);
      const step = nextSwapStep(swap, seen);
      if (isPause(step)) return step;
      if (io.interrupted.aborted) throw interrupted(swap);
      await takeSwapStep({ fleet, swap, seen, readers, writers: writers(lease) }, step);
      io.stderr.write(`${step.step}: done\n`);
    }
  });
}

type SwapPause = Extract<SwapStep, { readonly step: "wait" | "over" | "failed" }>;

function isPause(step: SwapStep): step is SwapPause {
  return step.step === "wait" || step.step === "over" || step.step === "failed";
}

function interrupted({ snapshot }: Swap): Failure {
  return new Failure({
    code: "Interrupted",
    class: "terminal",
    message: `interrupted during the restore of ${snapshot}`,
    hint: "Repeat the command: it goes on where it is. Until then no run changes the host.",
  });
}

function timedOut({ snapshot }: Swap, waited: string): Failure {
  return new Failure({
    code: "RestoreTimedOut",
    class: "terminal",
    message: `the restore of ${snapshot} isn't finished in time, and waits: ${waited}`,
    hint: "Repeat the command: it goes on where it is. Until then no run changes the host.",
  });
}

interface SwapAct {
  readonly fleet: Fleet;
  readonly swap: Swap;
  readonly seen: SwapSeen;
  readonly readers: Readers;
  readonly writers: Writers;
}

/** Does one step. @throws Failure `RestoreRefused` where something speaks against it, before anything is touched */
async function takeSwapStep(act: SwapAct, step: Exclude<SwapStep, SwapPause>): Promise<void> {
  const { host } = act.writers;
  const { snapshot } = act.swap;
  switch (step.step) {
    case "create":
      return create(act);
    case "begin": {
      const why = await whyNotNow(act, step.instance);
      if (why !== undefined) throw refused([why]);
      return host.tag(step.instance, { [swapTag]: `begun ${snapshot}` });
    }
    case "empty":
      return empty(act, step.instance);
    case "stop":
      return host.stop(step.instance);
    case "start":
      return host.start(step.instance);
    case "detach":
      return host.detach(step.volume, step.instance);
    case "adopt":
      return host.tag(step.volume, { [nameTag]: dataVolumeName });
    case "keep":
      return host.tag(step.volume, { [nameTag]: keptVolumeName, "fleetkeeper:replaced-by": step.next });
    case "attach":
      return host.attach(step.volume, step.instance, dataDevice);
    case "remember":
      return host.tag(step.instance, { [dataVolumeTag]: step.volume });
    case "finish":
      return host.tag(step.instance, { [swapTag]: `done ${snapshot}` });
  }
}

async function create({ fleet, swap, seen, writers: { host } }: SwapAct): Promise<void> {
  const desired = hostDesired(fleet).get(dataVolumeName);
  if (desired?.type !== "volume") throw new Error("a fleet without a host has no data volume");
  const before = seen.volumes.find(({ id }) => id === swap.replaces);
  const zone = before?.zone ?? seen.instance?.zone ?? (await host.zoneOf(desired.subnetId));
  // Its key is the snapshot's, which was looked at.
  const { kmsKey: _key, ...settings } = desired.settings;
  const spec = {
    ...settings,
    zone,
    snapshotId: swap.snapshot,
    tags: {
      ...tagsOf(fleet, kind, nextVolumeName),
      Name: displayName(fleet.metadata.name, "data"),
      [sourceTag]: swap.snapshot,
      [replacesTag]: swap.replaces,
    },
  };
  const name = digest({ fleet: fleet.metadata.name, snapshot: swap.snapshot, replaces: swap.replaces }).slice(0, 32);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if ((await host.createVolume(spec, `fleetkeeper-swap-${name}-${attempt}`)) !== undefined) return;
  }
  throw new Failure({
    code: "TooManyVolumes",
    class: "retry",
    message: `${attempts} volumes that were made of ${swap.snapshot} for this restore were deleted again`,
  });
}

/** Stopped is not enough: with its restart policy Docker would start it at the next boot, on other data than its own. */
async function empty(act: SwapAct, instance: string): Promise<void> {
  const why = await whyNotNow(act, instance);
  if (why !== undefined) {
    throw new Failure({ code: "HostBusy", class: "retry", message: why, hint: "Repeat the command in a moment." });
  }
  const { writers, swap } = act;
  const run = await writers.commands.run(instance, composeRequest("remove", ["gitlab"]), stopPatience);
  if (run.state !== "done") {
    throw new Failure({ code: "StillRunning", class: "retry", message: `GitLab is still stopping on ${instance}` });
  }
  await writers.host.tag(instance, { [swapTag]: `emptied ${swap.snapshot}` });
}

/** What must not be cut off. What can't be told is no "nothing". */
export async function whyNotNow(
  { readers, seen }: Pick<SwapAct, "readers" | "seen">,
  instance: string,
): Promise<string | undefined> {
  const { state } = seen.instance ?? {};
  if (state !== "running") {
    return `host ${instance} is ${state}, so it can't be asked whether a backup or an upgrade is at work, and which GitLab it would start: start it, or end it for good, and a new one is put on the snapshot's volume`;
  }
  const answer = await readers.commands.ask(instance, checkGitLabRequest([]));
  const check = answer.state === "done" ? readGitLabCheck(answer.result) : undefined;
  if (check === undefined || "why" in check)
    return `whether a backup or an upgrade is at work on host ${instance} can't be told: see fleetkeeper facts; end the host for good, and a new one is put on the snapshot's volume`;
  return check.busy ? "a backup, an upgrade or a restore is at work on the host: wait for its end" : undefined;
}

export function refused(reasons: readonly string[]): Failure {
  return new Failure({
    code: "RestoreRefused",
    class: "terminal",
    message: `nothing was touched: ${reasons.join("; ")}`,
  });
}
