import type { CommandWriter } from "../../aws/commands-port.ts";
import { Failure } from "../../engine/failure.ts";
import type { ApplyResult, OutputsByTarget } from "../../engine/kind.ts";
import type { HostCommand } from "../common/host-command.ts";
import { backupId } from "./backup-manifest.ts";
import type { BackupsWanted, VersionDesired } from "./desired.ts";
import { backUpRequest, pullImageRequest, upgradeRequest } from "./host-requests.ts";
import type { VersionState } from "./state.ts";
import { upgradePhase } from "./upgrade-phase.ts";
import { type UpgradeStep, upgradeStepText } from "./upgrade-step.ts";

/** Milliseconds for which a run waits for a command; what takes longer is picked up later. */
const wait = 10_000;

export interface Sending {
  readonly commands: CommandWriter;
  readonly outputs: OutputsByTarget;
  readonly now: number;
}

async function send({ commands, outputs, now }: Sending, command: HostCommand, doing: string): Promise<ApplyResult> {
  const id = outputs.get("host/instance")?.["id"];
  if (id === undefined)
    throw new Failure({ code: "DependencyPending", class: "retry", message: "the host isn't known yet" });
  const sent = await commands.run(id, command, wait);
  if (sent.state === "done") return { state: "done" };
  return { state: "pending", operation: { token: sent.token, startedAt: now, notBefore: now + wait, message: doing } };
}

/** The one thing that comes next by what has just been observed again; the host itself looks once more before anything stops. */
export async function applyVersion(
  sending: Sending,
  desired: VersionDesired,
  observed: VersionState,
): Promise<ApplyResult> {
  const next = upgradePhase(observed, desired);
  const { backups } = desired;
  switch (next.phase) {
    case "arrived":
    case "waiting":
    case "unknown":
      return { state: "done" };
    case "refused":
      throw new Failure({ code: "UpgradeRefused", class: "terminal", message: next.why });
    case "pull":
      return send(sending, pullImageRequest(next.image), `pulling ${next.image}`);
    case "backup":
      return backUp(sending, needed(backups), `before-${aimOf(next.step)}`);
    case "step":
      return send(
        sending,
        upgradeRequest(next.step, observed.edition, next.backup, needed(backups).place),
        upgradeStepText(next.step),
      );
  }
}

/** Part of a backup's id. */
function aimOf(step: UpgradeStep): string {
  return step.kind === "postgresql" ? `postgresql-${step.to}` : step.to;
}

function needed(backups: BackupsWanted | undefined): BackupsWanted {
  if (backups !== undefined) return backups;
  throw new Failure({
    code: "NoBackups",
    class: "terminal",
    message: "GitLab is never upgraded without a backup: add host.backups",
  });
}

/** @param reason part of the backup's id: `scheduled`, `before-17.3.7` */
export function backUp(sending: Sending, { place, skip }: BackupsWanted, reason: string): Promise<ApplyResult> {
  const id = backupId(sending.now, reason);
  return send(sending, backUpRequest(place, id, skip), `making the backup ${id}`);
}
