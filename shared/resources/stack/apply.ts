import type { CommandRun, CommandWriter } from "../../aws/commands-port.ts";
import type { Change } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { ApplyResult, OutputsByTarget } from "../../engine/kind.ts";
import type { HostCommand } from "../common/host-command.ts";
import {
  composeRequest,
  drainRunnerRequest,
  growVolumeRequest,
  hostServices,
  installDockerRequest,
  prepareVolumeRequest,
  pruneImagesRequest,
  writeFilesRequest,
} from "../common/host-request.ts";
import { type DiskDesired, type DockerDesired, type FilesDesired, hostFiles, type ServiceDesired } from "./desired.ts";
import type { MountState, ServiceState } from "./state.ts";

/** Of an operation that no command is waited for: the manager ends by itself. */
export const drainToken = "draining";

/** Milliseconds for which a run waits for a command; what takes longer is picked up later. */
const wait = 10_000;
/** Seconds for which one command looks whether the manager has ended. */
const drainLook = 5;

export interface Sending {
  readonly commands: CommandWriter;
  readonly outputs: OutputsByTarget;
  readonly now: number;
}

async function send(sending: Sending, command: HostCommand, doing: string): Promise<ApplyResult> {
  return result(sending, await run(sending, command), doing);
}

function run({ commands, outputs }: Sending, command: HostCommand): Promise<CommandRun> {
  return commands.run(needed(outputs, "host/instance"), command, wait);
}

function result({ now }: Sending, sent: CommandRun, doing: string): ApplyResult {
  if (sent.state === "done") return { state: "done" };
  const { token } = sent;
  return { state: "pending", operation: { token, startedAt: now, notBefore: now + wait, message: doing } };
}

function needed(outputs: OutputsByTarget, target: string): string {
  const id = outputs.get(target)?.["id"];
  if (id !== undefined) return id;
  throw new Failure({ code: "DependencyPending", class: "retry", message: `${target} isn't known yet` });
}

export function applyMount(sending: Sending, observed: MountState | undefined): Promise<ApplyResult> {
  const volume = needed(sending.outputs, "host/volume/data");
  const grows = observed !== undefined && observed.volumeId === volume;
  return grows
    ? send(sending, growVolumeRequest(volume), "growing the file system of the data volume")
    : send(sending, prepareVolumeRequest(volume), "mounting the data volume");
}

export function applyDocker(sending: Sending, { docker, compose, proxy }: DockerDesired): Promise<ApplyResult> {
  return send(sending, installDockerRequest({ docker, compose, proxy }), "installing Docker");
}

/** Those that differ, and nothing else. */
export function applyFiles(
  sending: Sending,
  { files }: FilesDesired,
  changes: readonly Change[],
): Promise<ApplyResult> {
  const named = files.filter(({ path }) => changes.some((change) => change.path.startsWith(`file[${path}]`)));
  return send(sending, writeFilesRequest(hostFiles(named)), `writing ${named.map(({ path }) => path).join(", ")}`);
}

export async function applyService(
  sending: Sending,
  { service, builds }: ServiceDesired,
  observed: ServiceState | undefined,
): Promise<ApplyResult> {
  // The image first, while the old container still works.
  if (builds) {
    const built = await run(sending, composeRequest("build", [service]));
    if (built.state === "pending") return result(sending, built, `building the image of ${service}`);
  }
  // Also one that has ended: its container goes, for a drained one isn't started by Docker any more.
  if (service === hostServices.runner && observed !== undefined) {
    const drained = await run(sending, drainRunnerRequest(drainLook));
    if (drained.state === "pending") return result(sending, drained, "draining the runner manager");
    if (drained.result["drained"] !== true) return draining(sending, drained.result["jobs"]);
  }
  return send(sending, composeRequest("up", [service]), `starting ${service}`);
}

/** For good: the manager ends with its last job, every other service within its own time to stop. */
export async function endService(sending: Sending, service: string): Promise<ApplyResult> {
  if (service !== hostServices.runner) return send(sending, composeRequest("stop", [service]), `stopping ${service}`);
  const drained = await run(sending, drainRunnerRequest(drainLook));
  if (drained.state === "pending") return result(sending, drained, "draining the runner manager");
  return drained.result["drained"] === true ? { state: "done" } : draining(sending, drained.result["jobs"]);
}

/** One that left the file. A drained manager's container goes with its last job. */
export function removeService(sending: Sending, service: string): Promise<ApplyResult> {
  if (service === hostServices.runner) return endService(sending, service);
  return send(sending, composeRequest("remove", [service]), `removing ${service}`);
}

/** Jobs may take hours: later runs ask again. */
function draining({ now }: Sending, jobs: unknown): ApplyResult {
  const left = typeof jobs === "number" ? `${jobs} jobs are left` : "jobs are left";
  const message = `draining the runner manager: ${left}`;
  return { state: "pending", operation: { token: drainToken, startedAt: now, notBefore: now + 30_000, message } };
}

export function applyDisk(sending: Sending, { prune }: DiskDesired): Promise<ApplyResult> {
  return send(sending, pruneImagesRequest(prune?.unusedForSeconds ?? 0), "deleting images that no container uses");
}
