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
import { type BackupManifest, backupsPrefix } from "./backup-manifest.ts";
import { backupState } from "./backup-schedule.ts";
import { type BackupFolder, backupFolders, newestBackup } from "./backups.ts";
import { certificateState } from "./certificate.ts";
import type { BackupsWanted, GitLabDesired, VersionDesired } from "./desired.ts";
import { checkGitLabRequest, imageOfStep, readGitLabCheck } from "./host-requests.ts";
import { brokenBackups, readExpired } from "./retention.ts";
import { isOf, observeSnapshots } from "./snapshots.ts";
import type { BackupsState, GitLabState, UpgradeCheck } from "./state.ts";
import { nextStep } from "./upgrade-path.ts";
import { backupFreshness, upgradePhase } from "./upgrade-phase.ts";

type Seen = Observation<GitLabState>;

export interface GitLabLook {
  readonly readers: Pick<Readers, "commands" | "backups" | "snapshots">;
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
    const seeing = { look, id, running, facts: answer.facts, sets: lookAtBackups(look) };
    return new Map(await Promise.all(names.map(async (name) => [name, await see(seeing, name)] as const)));
  } catch (error) {
    const { message } = failureWhile("asking the host about GitLab", error);
    return all(() => unknown(message));
  }
}

/** The backups, read once and only where something needs them. */
interface BackupSets {
  folders(wanted: BackupsWanted): Promise<readonly BackupFolder[]>;
  newest(wanted: BackupsWanted): Promise<BackupManifest | undefined>;
}

function lookAtBackups({ readers }: GitLabLook): BackupSets {
  let listed: Promise<readonly BackupFolder[]> | undefined;
  let read: Promise<BackupManifest | undefined> | undefined;
  const folders = (wanted: BackupsWanted) => {
    listed ??= backupFolders(readers.backups, wanted);
    return listed;
  };
  const newest = (wanted: BackupsWanted) => {
    read ??= folders(wanted).then((all) => newestBackup(readers.backups, wanted, all));
    return read;
  };
  return { folders, newest };
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

interface Seeing {
  readonly look: GitLabLook;
  /** Of the host's instance. */
  readonly id: string;
  readonly running: Running;
  readonly facts: HostFacts;
  readonly sets: BackupSets;
}

async function see(seeing: Seeing, name: string): Promise<Seen> {
  const { look, id } = seeing;
  const desired = look.desired.get(name);
  if (desired === undefined) return absent;
  try {
    const command = await commandOf(look, name, id);
    const seen = await seeOne(seeing, desired);
    if (command === undefined || seen.state === "unknown") return seen;
    return { ...seen, operation: command };
  } catch (error) {
    return unknown(failureWhile(`observing GitLab's ${name}`, error).message);
  }
}

async function seeOne({ look, id, running, facts, sets }: Seeing, desired: GitLabDesired): Promise<Seen> {
  switch (desired.type) {
    case "version":
      return version(look, desired, id, running, sets);
    case "backups":
      return backups(look, desired, running, sets);
    case "retention": {
      const [folders, newest] = await Promise.all([sets.folders(desired), sets.newest(desired)]);
      const expired = await readExpired(look.readers.backups, desired, folders, newest, look.now);
      const { prefix, fleet } = desired.place;
      // While one is being made or a step is at work, nothing that looks broken off is judged.
      const quiet = !["backups", "version"].some((name) => look.operations.has(name));
      const broken = quiet ? brokenBackups(folders, newest?.id, backupsPrefix(prefix, fleet), look.now) : [];
      return present({ type: "retention", expired, broken });
    }
    case "certificate":
      return present(certificateState(desired, facts, look.now));
    case "snapshots": {
      const volume = look.outputs.get("host/volume/data");
      const encrypted = volume?.["encrypted"];
      const data = { id: volume?.["id"], encrypted: encrypted === undefined ? undefined : encrypted === "true" };
      const last = await sets.newest(desired.backups);
      // After a step, or back on a snapshot, the volume holds another GitLab's data than that backup's.
      const same = last?.gitlab.version === running.version && last.gitlab.edition === running.edition;
      const newest = same ? last : undefined;
      return present(await observeSnapshots(look.readers.snapshots, desired, newest, data));
    }
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

async function version(
  look: GitLabLook,
  desired: VersionDesired,
  id: string,
  running: Running,
  sets: BackupSets,
): Promise<Seen> {
  const { wanted } = desired;
  const state = {
    type: "version",
    running: running.version,
    edition: running.edition,
    ready: running.ready,
    restoring: running.restoring,
    check: null,
    backup: null,
    snapshot: null,
  } as const;
  const starting = !running.ready && (running.startedFor ?? 0) < startupGrace;
  if (starting) return waiting(look, state, "starting", `GitLab ${running.version} is starting`);
  // Without knowing PostgreSQL: which image comes next, and whether there is a next one at all.
  const next = nextStep({ version: running.version, edition: running.edition, postgresql: 99 }, wanted);
  if (next.state !== "step" || running.restoring) return present(state);
  const image = imageOfStep(next.step);
  const [answer, newest] = await Promise.all([
    look.readers.commands.ask(id, checkGitLabRequest(image === undefined ? [] : [image])),
    desired.backups === undefined ? undefined : sets.newest(desired.backups),
  ]);
  if (answer.state !== "done") return unknown(`GitLab could not be asked what an upgrade waits for: ${whyOf(answer)}`);
  const check = readGitLabCheck(answer.result);
  if ("why" in check) return unknown(check.why);
  const backup = freshBackup(newest, running, look.now);
  const snapshot = await hasSnapshot(look, desired.backups, backup);
  const found = { ...state, check: upgradeCheck(check), backup, snapshot };
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

/** Null where the file wants none, or there is no backup yet that it would go with. */
async function hasSnapshot(
  { readers, desired }: GitLabLook,
  backups: BackupsWanted | undefined,
  backup: string | null,
): Promise<boolean | null> {
  const snapshots = desired.get("snapshots");
  if (backups?.snapshots !== true || snapshots?.type !== "snapshots" || backup === null) return null;
  return (await readers.snapshots.tagged(snapshots.mark)).some((one) => isOf(one, backup));
}

function waiting(look: GitLabLook, value: GitLabState, token: string, message: string): Seen {
  const before = look.operations.get(value.type);
  const startedAt = before?.token === token ? before.startedAt : look.now;
  const operation = { token, startedAt, notBefore: look.now + patience, message };
  return { state: "present", value, operation: { state: "underWay", operation } };
}

async function backups(look: GitLabLook, wanted: BackupsWanted, running: Running, sets: BackupSets): Promise<Seen> {
  const newest = await sets.newest(wanted);
  const { dueSince, tooOld } = backupState(newest === undefined ? [] : [newest], wanted, wanted.timeZone, look.now);
  // A host that has just been made has none yet; its first one is due at once.
  const launchedAt = Number(look.outputs.get("host/instance")?.["launchedAt"] ?? 0);
  const overdue = newest === undefined ? look.now - launchedAt > wanted.maxAge : tooOld;
  const state: BackupsState = {
    type: "backups",
    ready: running.ready && !running.restoring,
    newest: newest === undefined ? null : { id: newest.id, createdAt: newest.createdAt },
    dueSince: dueSince ?? null,
    tooOld: overdue,
  };
  return present(state);
}
