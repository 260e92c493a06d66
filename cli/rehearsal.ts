import { Failure, failureWhile } from "../shared/engine/failure.ts";
import type { JsonObject } from "../shared/engine/json.ts";
import type { HostCommand } from "../shared/resources/common/host-command.ts";
import {
  composeRequest,
  installDockerRequest,
  prepareVolumeRequest,
  writeFilesRequest,
} from "../shared/resources/common/host-request.ts";
import type { BackupManifest } from "../shared/resources/gitlab/backup-manifest.ts";
import {
  type BackupPlace,
  checkGitLabRequest,
  type GitLabCheck,
  readGitLabCheck,
  restoreRequest,
} from "../shared/resources/gitlab/host-requests.ts";
import { rehearsalFiles } from "../shared/resources/gitlab/rehearsal.ts";
import { architectureOf, compose, dockerVersion } from "../shared/resources/stack/pins.ts";
import {
  giveSign,
  launchRehearsal,
  type RehearsalSession,
  rehearsalToken,
  removeLeftovers,
  removeOwn,
  waitOrStop,
} from "./rehearsal-host.ts";

export interface RehearsalReport {
  readonly backup: string;
  readonly instance: string;
  readonly projects: number;
  readonly users: number;
  /** Milliseconds from the launch to a GitLab that is ready and can decrypt its data. */
  readonly took: number;
  /** Left-overs of earlier rehearsals that were removed first. */
  readonly removed: readonly string[];
}

/** Milliseconds that GitLab's first start, and the restore, may take. */
const startPatience = 60 * 60_000;
const restorePatience = 12 * 3_600_000;
const registrationPatience = 15 * 60_000;
const pause = 15_000;

/**
 * Restores a backup into a host that lives for this alone, and always ends it: after success, failure and interruption. The
 * fleet's own host, its lease and its data are not touched.
 */
export async function rehearse(
  session: RehearsalSession,
  manifest: BackupManifest,
  place: BackupPlace,
): Promise<RehearsalReport> {
  const removed = await removeLeftovers(session);
  const token = rehearsalToken();
  const startedAt = session.io.now();
  let report: RehearsalReport | undefined;
  let trouble: Failure | undefined;
  try {
    const { id } = await launchRehearsal(session, token);
    const { projects, users } = await restoreInto(session, id, manifest, place);
    report = { backup: manifest.id, instance: id, projects, users, took: session.io.now() - startedAt, removed };
  } catch (error) {
    trouble = failureWhile(`rehearsing the restore of ${manifest.id}`, error);
  }
  try {
    await removeOwn(session, token);
  } catch (error) {
    const { message } = failureWhile("removing the throw-away host", error);
    throw new Failure({
      code: "RehearsalLeft",
      class: "retry",
      message: `${message}${trouble === undefined ? "" : `; before: ${trouble.message}`}`,
      hint: "Repeat the command in a quarter of an hour: it removes what is left first.",
      cause: error,
    });
  }
  if (trouble !== undefined) throw trouble;
  if (report === undefined) throw new Error("a rehearsal ended without a report");
  return report;
}

async function restoreInto(
  session: RehearsalSession,
  instanceId: string,
  manifest: BackupManifest,
  place: BackupPlace,
): Promise<{ readonly projects: number; readonly users: number }> {
  const { io, fleet, readers } = session;
  const say = (what: string) => io.stderr.write(`${what}\n`);
  const run = (command: HostCommand) => whole(session, instanceId, command);
  say(`${instanceId} was launched; waiting for its agent`);
  await until(session, instanceId, registrationPatience, "its agent didn't register", async () => {
    return (await readers.commands.facts(instanceId)).state === "known";
  });
  const volumes = await readers.host.volumesOf(instanceId);
  const data = volumes.find(({ attachment }) => attachment?.device === "/dev/sdf");
  if (data === undefined) throw new Error(`${instanceId} has no data volume`);
  const { version, ...downloads } = compose;
  const download = downloads[architectureOf(fleet.spec.host?.instanceType ?? "")];
  await run(prepareVolumeRequest(data.id));
  await run(installDockerRequest({ docker: dockerVersion, compose: { version, ...download } }));
  await run(writeFilesRequest(rehearsalFiles(manifest)));
  say(`starting GitLab ${manifest.gitlab.version}-${manifest.gitlab.edition}`);
  await run(composeRequest("up", ["gitlab"]));
  await until(session, instanceId, startPatience, "GitLab didn't become ready", async () => {
    return (await check(session, instanceId))?.readiness === 200;
  });
  say("restoring");
  const request = restoreRequest(manifest, place, false);
  let answer: JsonObject = {};
  await until(session, instanceId, restorePatience, "GitLab didn't become ready after the restore", async () => {
    answer = await run(request);
    return answer["state"] === "restored";
  });
  const { projects, users } = answer;
  if (typeof projects !== "number" || typeof users !== "number") throw new Error("the restore told no counts");
  return { projects, users };
}

async function check({ readers }: RehearsalSession, instanceId: string): Promise<GitLabCheck | undefined> {
  const asked = await readers.commands.ask(instanceId, checkGitLabRequest([]));
  const read = asked.state === "done" ? readGitLabCheck(asked.result) : undefined;
  return read === undefined || "why" in read ? undefined : read;
}

/** Looks again and again, with a sign of life each time. */
async function until(
  session: RehearsalSession,
  instanceId: string,
  patience: number,
  otherwise: string,
  look: () => Promise<boolean>,
): Promise<void> {
  const started = session.io.now();
  while (!(await look())) {
    if (session.io.now() - started > patience) {
      throw new Failure({ code: "RehearsalFailed", class: "terminal", message: `${otherwise} on ${instanceId}` });
    }
    await giveSign(session, instanceId);
    await waitOrStop(session, pause);
  }
}

/** One command to its end, however long it takes. */
async function whole(session: RehearsalSession, instanceId: string, command: HostCommand): Promise<JsonObject> {
  const sent = await session.writers.commands.run(instanceId, command, pause);
  if (sent.state === "done") return sent.result;
  let result: JsonObject = {};
  await until(session, instanceId, restorePatience, `${command.document} didn't end`, async () => {
    const outcome = await session.readers.commands.outcome(instanceId, sent.token);
    if (outcome.state === "failed") throw outcome.failure;
    if (outcome.state === "unknown") {
      throw new Failure({ code: "OutcomeUnknown", class: "retry", message: `${command.document}: ${outcome.why}` });
    }
    if (outcome.state === "done") result = outcome.result;
    return outcome.state === "done";
  });
  return result;
}
