import type { Readers } from "../../aws/ports.ts";
import { failureWhile } from "../../engine/failure.ts";
import type { OutputsByTarget } from "../../engine/kind.ts";
import {
  absent,
  type Observation,
  type Operation,
  type OperationState,
  present,
  unknown,
} from "../../engine/observation.ts";
import type { HostFacts } from "../common/host-facts.ts";
import { restoringMark } from "../common/host-request.ts";
import type { BackupManifest } from "./backup-manifest.ts";
import { backupState } from "./backup-schedule.ts";
import { newestBackup } from "./backups.ts";
import type { BackupsWanted, GitLabDesired, VersionDesired } from "./desired.ts";
import { checkGitLabRequest, imageOfStep, readGitLabCheck } from "./host-requests.ts";
import type { BackupsState, GitLabState, UpgradeCheck } from "./state.ts";
import { nextStep } from "./upgrade-path.ts";
import { backupFreshness, upgradePhase } from "./upgrade-phase.ts";

type Seen = Observation<GitLabState>;

export interface GitLabLook {
  readonly readers: Pick<Readers, "commands" | "backups">;
  readonly desired: ReadonlyMap<string, GitLabDesired>;
  readonly inventory: readonly string[];
  readonly operations: ReadonlyMap<string, Operation>;
  readonly only: readonly string[] | undefined;
  readonly outputs: OutputsByTarget;
  readonly now: number;
}

/** From a container's start until GitLab answers, at most; its migrations run in this time. */
const startupGrace = 60 * 60_000;
/** Milliseconds until something that goes on by itself is looked at again. */
const patience = 60_000;

interface Running {
  readonly version: string;
  readonly edition: "ce" | "ee";
  readonly ready: boolean;
  readonly restoring: boolean;
  /** Epoch milliseconds by the host's clock; undefined: could not be told. */
  readonly startedFor: number | undefined;
}

/**
 * The facts, which all kinds of the host share, and the newest backup. Only where GitLab isn't as wanted it is asked what
 * an upgrade waits for: a fleet at rest costs no command of its own.
 */
export async function observeGitLab(look: GitLabLook): Promise<ReadonlyMap<string, Seen>> {
  const names = look.only ?? [...new Set([...look.desired.keys(), ...look.inventory])];
  const all = (see: (name: string) => Seen) => new Map(names.map((name) => [name, see(name)]));
  if (names.length === 0) return new Map();
  const host = look.outputs.get("host/instance");
  const id = host?.["id"];
  if (id === undefined || host?.["state"] !== "running") {
    const why = id === undefined ? "the fleet has no host that could be asked" : `host ${id} is ${host?.["state"]}`;
    return all((name) => (look.inventory.includes(name) ? unknown(why) : absent));
  }
  try {
    const answer = await look.readers.commands.facts(id);
    if (answer.state === "unregistered")
      return all((name) => (look.inventory.includes(name) ? unknown("the host's agent isn't registered") : absent));
    if (answer.state === "unknown") return all(() => unknown(answer.why));
    const running = runningGitLab(answer.facts);
    if (running === undefined) return all(() => absent);
    if ("why" in running) return all(() => unknown(running.why));
    return new Map(await Promise.all(names.map(async (name) => [name, await see(look, name, id, running)] as const)));
  } catch (error) {
    const { message } = failureWhile("asking the host about GitLab", error);
    return all(() => unknown(message));
  }
}

/** Undefined: no GitLab was ever started here. */
function runningGitLab(facts: HostFacts): Running | { readonly why: string } | undefined {
  if (facts.services === null)
    return facts.docker.installed ? { why: "Docker could not be asked for its containers" } : undefined;
  const service = facts.services.find(({ name }) => name === "gitlab");
  if (service === undefined) return undefined;
  const [, version, edition] = /^(\d+\.\d+\.\d+)-(ce|ee)$/.exec(facts.gitlab?.version ?? "") ?? [];
  if (version === undefined || (edition !== "ce" && edition !== "ee")) {
    return {
      why: `GitLab doesn't run: its container of ${service.image} is ${service.state} (exit code ${service.exitCode ?? "unknown"}); see fleetkeeper logs gitlab`,
    };
  }
  const startedAt = service.startedAt === null ? Number.NaN : Date.parse(service.startedAt);
  return {
    version,
    edition,
    ready: facts.gitlab?.readiness === 200,
    restoring: facts.files.some(({ path, exists }) => path === restoringMark && exists),
    startedFor: Number.isNaN(startedAt) ? undefined : facts.clock - startedAt,
  };
}

async function see(look: GitLabLook, name: string, id: string, running: Running): Promise<Seen> {
  const desired = look.desired.get(name);
  if (desired === undefined) return absent;
  try {
    const command = await commandOf(look, name, id);
    const seen =
      desired.type === "version" ? await version(look, desired, id, running) : await backups(look, desired, running);
    if (command === undefined || seen.state === "unknown") return seen;
    return { ...seen, operation: command };
  } catch (error) {
    return unknown(failureWhile(`observing GitLab's ${name}`, error).message);
  }
}

/** Of what an earlier run sent and did not see the end of. */
async function commandOf(look: GitLabLook, name: string, id: string): Promise<OperationState | undefined> {
  const operation = look.operations.get(name);
  if (operation === undefined || operation.token.split(" ").length !== 3) return undefined;
  const outcome = await look.readers.commands.outcome(id, operation.token);
  if (outcome.state === "pending")
    return { state: "underWay", operation: { ...operation, notBefore: look.now + 10_000 } };
  return outcome.state === "failed" ? outcome : undefined;
}

async function version(look: GitLabLook, desired: VersionDesired, id: string, running: Running): Promise<Seen> {
  const { wanted } = desired;
  const state = {
    type: "version",
    running: running.version,
    edition: running.edition,
    ready: running.ready,
    restoring: running.restoring,
    check: null,
    backup: null,
  } as const;
  const starting = !running.ready && (running.startedFor ?? 0) < startupGrace;
  if (starting) return waiting(look, state, "starting", `GitLab ${running.version} is starting`);
  // Without knowing PostgreSQL: which image comes next, and whether there is a next one at all.
  const next = nextStep({ version: running.version, edition: running.edition, postgresql: 99 }, wanted);
  if (next.state !== "step" || running.restoring) return present(state);
  const image = imageOfStep(next.step);
  const [answer, newest] = await Promise.all([
    look.readers.commands.ask(id, checkGitLabRequest(image === undefined ? [] : [image])),
    desired.backups === undefined ? undefined : newestBackup(look.readers.backups, desired.backups),
  ]);
  if (answer.state !== "done") return unknown(`GitLab could not be asked what an upgrade waits for: ${whyOf(answer)}`);
  const check = readGitLabCheck(answer.result);
  if ("why" in check) return unknown(check.why);
  const found = { ...state, check: upgradeCheck(check), backup: freshBackup(newest, running, look.now) };
  const phase = upgradePhase(found, desired);
  if (phase.phase === "unknown") return unknown(phase.why);
  return phase.phase === "waiting" ? waiting(look, found, "waiting", `waiting for ${phase.for}`) : present(found);
}

function whyOf(answer: Awaited<ReturnType<Readers["commands"]["ask"]>>): string {
  switch (answer.state) {
    case "pending":
      return answer.what;
    case "failed":
      return answer.failure.message;
    case "unknown":
      return answer.why;
    case "done":
      return "";
  }
}

function upgradeCheck(check: Exclude<ReturnType<typeof readGitLabCheck>, { readonly why: string }>): UpgradeCheck {
  const { postgresql, migrations, pulled, busy } = check;
  return {
    postgresql,
    unfinished: migrations.unfinished,
    failed: migrations.failed,
    names: migrations.names ?? [],
    pulled,
    busy,
  };
}

function freshBackup(newest: BackupManifest | undefined, running: Running, now: number): string | null {
  if (newest === undefined || now - newest.createdAt > backupFreshness) return null;
  const { version: of, edition } = newest.gitlab;
  return of === running.version && edition === running.edition ? newest.id : null;
}

function waiting(look: GitLabLook, value: GitLabState, token: string, message: string): Seen {
  const before = look.operations.get(value.type);
  const startedAt = before?.token === token ? before.startedAt : look.now;
  const operation = { token, startedAt, notBefore: look.now + patience, message };
  return { state: "present", value, operation: { state: "underWay", operation } };
}

async function backups(look: GitLabLook, wanted: BackupsWanted, running: Running): Promise<Seen> {
  const newest = await newestBackup(look.readers.backups, wanted);
  const { dueSince, tooOld } = backupState(newest === undefined ? [] : [newest], wanted, wanted.timeZone, look.now);
  const state: BackupsState = {
    type: "backups",
    ready: running.ready && !running.restoring,
    newest: newest === undefined ? null : { id: newest.id, createdAt: newest.createdAt },
    dueSince: dueSince ?? null,
    tooOld,
  };
  return present(state);
}
