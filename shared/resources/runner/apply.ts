import type { CommandWriter } from "../../aws/commands-port.ts";
import type { Fleet } from "../../desired/fleet.ts";
import type { Action } from "../../engine/action.ts";
import { Failure } from "../../engine/failure.ts";
import type { JsonObject } from "../../engine/json.ts";
import type { ApplyResult, OutputsByTarget } from "../../engine/kind.ts";
import type { HostCommand } from "../common/host-command.ts";
import type { ConfigChange } from "./compare.ts";
import { formerScope, requestSurroundings, type SectionDesired, sectionOf } from "./desired.ts";
import {
  type ConfigTemplate,
  makeApiTokenRequest,
  quiesceRunnerRequest,
  registerRunnerRequest,
  restartRunnerRequest,
  rotateRunnerRequest,
  unregisterRunnerRequest,
  updateRunnerRequest,
  writeRunnerRequest,
} from "./host-requests.ts";
import { quiescing, quiescingMessage } from "./observe.ts";
import type { ManagerState, SectionState } from "./state.ts";

export interface Sending {
  readonly fleet: Fleet;
  readonly commands: CommandWriter;
  readonly outputs: OutputsByTarget;
  readonly now: number;
  /** For what is made before anything was seen of the host. */
  template(): Promise<string>;
}

const done: ApplyResult = { state: "done" };
/** Milliseconds for which a run waits for a command; then a later one picks it up. */
const wait = 60_000;
/** Seconds for which the host waits for its manager's jobs, before it must be asked again. */
const drainSeconds = 600;

export function applyApiToken(sending: Sending): Promise<ApplyResult> {
  return send(sending, makeApiTokenRequest(around(sending)), "making the API token");
}

export async function applyManager(sending: Sending, observed: ManagerState | undefined): Promise<ApplyResult> {
  const config = await configOf(sending, observed);
  const changes = observed?.changes ?? [];
  for (const { path, effect } of changes) {
    const other = effect === "disown" ? /^runners\[(.*)\]$/s.exec(path)?.[1] : undefined;
    const waiting = other === undefined ? undefined : await quiesce(sending, other);
    if (waiting !== undefined) return waiting;
  }
  return write(sending, config, "", changes);
}

export async function applySection(
  sending: Sending,
  action: Action,
  desired: SectionDesired,
  observed: SectionState | undefined,
): Promise<ApplyResult> {
  const config = await configOf(sending, observed);
  const { section } = desired;
  if (action.changes.some(({ path }) => path === "registration")) {
    return send(sending, registerRunnerRequest(around(sending), config, desired), `registering ${section}`);
  }
  const changes = observed?.changes ?? [];
  const rotating = observed?.rotating === true;
  const disowning = rotating || changes.some(({ effect }) => effect === "disown");
  const waiting = disowning ? await quiesce(sending, section) : undefined;
  if (waiting !== undefined) return waiting;
  if (rotating) {
    const rotated = await send(sending, rotateRunnerRequest(around(sending), config, section), `rotating ${section}`);
    if (rotated.state === "pending") return rotated;
  }
  if (changes.length > 0) {
    const written = await write(sending, config, section, changes);
    if (written.state === "pending") return written;
  }
  // A section that was drained was paused for it.
  if (!disowning && !action.changes.some(({ path }) => path.startsWith("gitlab."))) return done;
  return send(sending, updateRunnerRequest(around(sending), desired), `updating ${section}`);
}

export async function endSection(
  sending: Sending,
  action: Action,
  observed: SectionState | undefined,
): Promise<ApplyResult> {
  const section = sectionOf(action.target.name) ?? action.target.name;
  const waiting = observed?.state === "whole" ? await quiesce(sending, section) : undefined;
  return waiting ?? send(sending, unregisterRunnerRequest(around(sending), section, formerScope), `ending ${section}`);
}

function write(
  sending: Sending,
  config: ConfigTemplate,
  part: string,
  changes: readonly ConfigChange[],
): Promise<ApplyResult> {
  const what = part === "" ? "the manager's part" : part;
  return changes.some(({ effect }) => effect === "restart")
    ? send(sending, restartRunnerRequest(around(sending), config, [part], drainSeconds), `restarting for ${what}`)
    : send(sending, writeRunnerRequest(around(sending), config, [part]), `writing ${what}`);
}

/** Undefined once no job and no machine is left. */
async function quiesce(sending: Sending, section: string): Promise<ApplyResult | undefined> {
  const host = instanceOf(sending);
  const ran = await sending.commands.run(host, quiesceRunnerRequest(around(sending), section, 10), wait);
  if (ran.state === "pending") return pending(sending, ran.token, `draining ${section}`);
  if (ran.result["quiet"] === true) return undefined;
  return pending(sending, quiescing, quiescingMessage(section, counts(ran.result)));
}

function counts({ jobs, machines }: JsonObject): { jobs: number; machines: number } {
  return { jobs: Number(jobs), machines: Number(machines) };
}

async function send(sending: Sending, command: HostCommand, message: string): Promise<ApplyResult> {
  const ran = await sending.commands.run(instanceOf(sending), command, wait);
  if (ran.state === "pending") return pending(sending, ran.token, message);
  const { drained, id } = ran.result;
  if (drained === false) return pending(sending, quiescing, `${message}: jobs are left`);
  return typeof id === "number" ? { state: "done", outputs: { id: String(id) } } : done;
}

function pending({ now }: Sending, token: string, message: string): ApplyResult {
  return { state: "pending", operation: { token, startedAt: now, notBefore: now + 30_000, message } };
}

function around({ fleet, now }: Sending) {
  return requestSurroundings(fleet, now);
}

async function configOf(
  sending: Sending,
  observed: { readonly template: string } | undefined,
): Promise<ConfigTemplate> {
  const exclusive = sending.fleet.spec.runners?.manager.exclusive === true;
  return { template: observed?.template ?? (await sending.template()), exclusive };
}

function instanceOf({ outputs }: Sending): string {
  const id = outputs.get("host/instance")?.["id"];
  if (id !== undefined) return id;
  throw new Failure({ code: "DependencyPending", class: "retry", message: "the host isn't known yet" });
}
