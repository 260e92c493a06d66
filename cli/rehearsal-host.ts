import { randomUUID } from "node:crypto";
import type { InstanceRecord } from "../shared/aws/host-port.ts";
import type { Readers, Writers } from "../shared/aws/ports.ts";
import type { Fleet } from "../shared/desired/fleet.ts";
import { Failure } from "../shared/engine/failure.ts";
import { fleetTag, kindTag, nameTag } from "../shared/resources/common/tags.ts";
import {
  aliveFor,
  aliveTag,
  lastSign,
  rehearsalInstance,
  rehearsalMark,
} from "../shared/resources/gitlab/rehearsal.ts";
import type { Io } from "./io.ts";

/** What a rehearsal does with AWS. */
export interface RehearsalSession {
  readonly io: Io;
  readonly fleet: Fleet;
  readonly readers: Readers;
  readonly writers: Writers;
}

const pause = 15_000;
/** Milliseconds that an instance may take to end. */
const endPatience = 15 * 60_000;

/** Throw-away hosts of this fleet that have not ended. */
async function there({ readers, fleet }: RehearsalSession): Promise<readonly InstanceRecord[]> {
  const found = await readers.host.instancesTagged(rehearsalMark(fleet.metadata.name));
  return found.filter(({ state }) => state !== "terminated");
}

/** Those that nobody has told to end. */
async function living(session: RehearsalSession): Promise<readonly InstanceRecord[]> {
  return (await there(session)).filter(({ state }) => state !== "shutting-down");
}

/**
 * Ends what rehearsals before this one left. One whose maker gave a sign a while ago may be at work.
 * @returns their ids @throws Failure `RehearsalUnderWay`
 */
export async function removeLeftovers(session: RehearsalSession): Promise<readonly string[]> {
  const found = await living(session);
  const now = session.io.now();
  const busy = found.find(({ tags }) => now - (lastSign(tags) ?? 0) < aliveFor);
  if (busy !== undefined) {
    throw new Failure({
      code: "RehearsalUnderWay",
      class: "retry",
      message: `${busy.id} is another rehearsal's, which gave a sign less than 15 minutes ago`,
      hint: "Wait for it. If it was killed, repeat the command in a quarter of an hour: its host is then removed.",
    });
  }
  await endAll(session, found);
  return found.map(({ id }) => id);
}

/** Launches the throw-away host and waits until it runs, under a token of its own that {@link removeOwn} finds it by. */
export async function launchRehearsal(session: RehearsalSession, token: string): Promise<InstanceRecord> {
  const { io, fleet, readers, writers } = session;
  const { host } = fleet.spec;
  const egress = { [fleetTag]: fleet.metadata.name, [kindTag]: "network", [nameTag]: "group/egress" };
  const [group] = await readers.network.groupsTagged(egress);
  if (host === undefined || group === undefined) {
    throw new Failure({
      code: "NoNetwork",
      class: "retry",
      message: "the fleet has no security group for the ways out yet, which a rehearsal's host is put into",
      hint: "Reconcile first: fleetkeeper reconcile --only iam network",
    });
  }
  const imageId = "id" in host.ami ? host.ami.id : await readers.host.imageBehind(host.ami.ssm);
  const spec = rehearsalInstance(fleet, imageId, group.id, io.now());
  if (spec === undefined) throw new Error("a fleet without a host has no backups");
  const launched = await writers.host.launch(spec, token);
  if (launched.state !== "launched") throw new Error(`the launch under ${token} ${launched.state}`);
  for (;;) {
    const own = (await living(session)).find(({ id }) => id === launched.id);
    if (own?.state === "running") return own;
    await waitOrStop(session, pause);
  }
}

export function rehearsalToken(): string {
  return `fleetkeeper-rehearsal-${randomUUID()}`;
}

/** A sign of life, so that nobody takes the host for a left-over meanwhile. */
export async function giveSign({ io, writers }: RehearsalSession, instanceId: string): Promise<void> {
  await writers.host.tag(instanceId, { [aliveTag]: String(io.now()) });
}

/** Ends what was launched under the token, also where its id was never learned, and sees it end. */
export async function removeOwn(session: RehearsalSession, token: string): Promise<void> {
  await endAll(
    session,
    (await living(session)).filter(({ clientToken }) => clientToken === token),
  );
}

async function endAll(session: RehearsalSession, instances: readonly InstanceRecord[]): Promise<void> {
  const { io, writers } = session;
  const started = io.now();
  for (const { id } of instances) await writers.host.terminate(id);
  const ids = new Set(instances.map(({ id }) => id));
  while ((await there(session)).some(({ id }) => ids.has(id))) {
    if (io.now() - started > endPatience) {
      throw new Failure({
        code: "RehearsalLeft",
        class: "retry",
        message: `${[...ids].join(", ")} doesn't end`,
        hint: "Terminate it by hand: it costs money and holds a copy of GitLab's data.",
      });
    }
    await io.sleep(pause);
  }
}

/** @throws Failure `Interrupted` where the user did */
export async function waitOrStop({ io }: RehearsalSession, milliseconds: number): Promise<void> {
  if (!io.interrupted.aborted) await io.sleep(milliseconds);
  if (!io.interrupted.aborted) return;
  throw new Failure({ code: "Interrupted", class: "retry", message: "interrupted during a rehearsal" });
}
