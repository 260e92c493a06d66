import type { SnapshotRecord } from "../../shared/aws/backups-port.ts";
import type { Fleet } from "../../shared/desired/fleet.ts";
import { Failure } from "../../shared/engine/failure.ts";
import { decideRevision } from "../../shared/engine/revision.ts";
import { isUnderWay } from "../../shared/engine/teardown.ts";
import { nothingInForce } from "../../shared/reconciler/destroy.ts";
import type { Reconciler } from "../../shared/reconciler/reconciler.ts";
import { instant } from "../../shared/report/age.ts";
import { snapshotMark } from "../../shared/resources/gitlab/desired.ts";
import { snapshotRefusals, snapshotRefusalText } from "../../shared/resources/gitlab/snapshot-check.ts";
import { gitlabTag } from "../../shared/resources/gitlab/snapshots.ts";
import {
  isSwapped,
  replacesTag,
  type Swap,
  type SwapSeen,
  swapTo,
  swapUnderWay,
} from "../../shared/resources/host/volume-swap.ts";
import type { HostOptions } from "../host-session.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import { refused, seeSwap, swapId, swapVolumes, whyNotNow } from "../snapshot-restore.ts";
import { fleetOf } from "../state.ts";

export interface SnapshotOptions extends HostOptions {
  readonly snapshot: string;
  readonly approve?: string;
}

/**
 * `restore --snapshot ID`: the data volume's place is given to one that is made of the snapshot; the old one is kept. Shows
 * the plan first (exit 2); `--approve` with its id carries it out, and may be repeated: it goes on where it was broken off.
 */
export async function restoreSnapshot(io: Io, options: SnapshotOptions): Promise<number> {
  const reconciler = await reconcilerOf(io, options, undefined, { emit: () => undefined });
  const name = await fleetOf(reconciler.store, options.fleet);
  const state = await reconciler.engine.store.load(name);
  const fleet = decideRevision(reconciler.engine.desired, name, state).inForce?.fleet;
  if (fleet === undefined) throw nothingInForce(name);
  const { readers } = reconciler.engine;
  const seen = await seeSwap(readers, name);
  const swap = swapTo(options.snapshot, seen);
  const earlier = finished(options, name, seen);
  if (earlier !== undefined && !swap.begun) return carryOut(io, options, reconciler, fleet, earlier);
  const snapshot = (await readers.snapshots.tagged(snapshotMark(fleet))).find(({ id }) => id === options.snapshot);
  const marked = swapUnderWay(seen.instance?.tags ?? {});
  if (marked !== options.snapshot) {
    const reasons = await whyNot(reconciler, fleet, swap, seen, snapshot);
    if (isUnderWay(state.teardown)) reasons.push("the fleet is being destroyed: fleetkeeper destroy --abandon");
    if (reasons.length > 0) throw refused(reasons);
  }
  const id = swapId(name, swap);
  if (options.approve === undefined) return show(io, options, { id, swap, seen, snapshot });
  if (options.approve !== id) {
    throw new Failure({
      code: "NoSuchAction",
      class: "terminal",
      message: `the plan's id is ${id}, not ${options.approve}: nothing was touched`,
      hint: "Look at the plan again: which volume it would replace may have changed.",
    });
  }
  return carryOut(io, options, reconciler, fleet, swap);
}

/** Of an approval whose restore has ended: what is left is to see it up. */
function finished({ snapshot, approve }: SnapshotOptions, fleet: string, seen: SwapSeen): Swap | undefined {
  const ids = ["none", ...seen.volumes.flatMap(({ tags }) => tags[replacesTag] ?? [])];
  const swaps = ids.map((replaces): Swap => ({ snapshot, replaces, begun: true }));
  return swaps.find((swap) => swapId(fleet, swap) === approve && isSwapped(swap, seen));
}

async function whyNot(
  { engine: { readers } }: Reconciler,
  fleet: Fleet,
  swap: Swap,
  seen: SwapSeen,
  snapshot: SnapshotRecord | undefined,
): Promise<string[]> {
  const { host } = fleet.spec;
  if (host === undefined) return ["the file in force has no host"];
  const other = swapUnderWay(seen.instance?.tags ?? {});
  if (other !== undefined) return [`a restore of ${other} was begun and isn't finished: finish that one first`];
  if (snapshot === undefined) {
    return [`no snapshot ${swap.snapshot} is of this fleet's data volume: fleetkeeper backups lists those that are`];
  }
  const kmsKey = seen.volumes.find(({ id }) => id === swap.replaces)?.kmsKey ?? host.dataVolume.kmsKey;
  const { version, edition } = host.gitlab;
  const target = { version, edition, sizeGiB: host.dataVolume.sizeGiB, kmsKey };
  const reasons = snapshotRefusals(snapshot, target).map(snapshotRefusalText);
  const now = seen.instance === undefined ? undefined : await whyNotNow({ readers, seen }, seen.instance.id);
  return now === undefined ? reasons : [...reasons, now];
}

interface Shown {
  readonly id: string;
  readonly swap: Swap;
  readonly seen: SwapSeen;
  readonly snapshot: SnapshotRecord | undefined;
}

function show(io: Io, { output, snapshot: asked }: SnapshotOptions, { id, swap, seen, snapshot }: Shown): number {
  const instance = seen.instance?.id;
  const of = snapshot === undefined ? {} : { at: snapshot.startedAt, gitlab: snapshot.tags[gitlabTag] ?? null };
  if (output === "json") {
    const { replaces, begun } = swap;
    const plan = { version: 1, id, snapshot: asked, ...of, instance: instance ?? null, replaces, begun };
    io.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    return 2;
  }
  const when = snapshot === undefined ? asked : `${asked} (GitLab ${of.gitlab}, ${instant(snapshot.startedAt)})`;
  const lines = [
    swap.begun ? `The restore of ${asked} was begun and isn't finished. It goes on with:` : `Back to ${when}:`,
    `1. a volume is made of the snapshot, in the data volume's zone, with its key`,
    ...(instance === undefined
      ? []
      : [`2. GitLab's container on ${instance} is removed, and the host stopped; jobs that run are lost`]),
    `3. the new volume takes the place of ${swap.replaces}, which is kept as volume/data-before`,
    ...(instance === undefined
      ? ["4. the next run makes the host"]
      : ["4. the host is started; the next run mounts the volume and starts GitLab"]),
    "What came into GitLab after the snapshot is then on the kept volume only.",
  ];
  io.stdout.write(`${lines.join("\n")}\n`);
  io.stderr.write(`nothing was done. To go on: fleetkeeper restore --snapshot ${asked} --approve ${id}\n`);
  return 2;
}

async function carryOut(
  io: Io,
  options: SnapshotOptions,
  reconciler: Reconciler,
  fleet: Fleet,
  swap: Swap,
): Promise<number> {
  const volume = await swapVolumes({ io, reconciler, fleet }, swap);
  return tell(io, options, fleet.metadata.name, swap, volume);
}

function tell(
  io: Io,
  { output, snapshot }: SnapshotOptions,
  fleet: string,
  { replaces }: Swap,
  volume: string,
): number {
  const kept = replaces === "none" ? null : replaces;
  io.stdout.write(
    output === "json"
      ? `${JSON.stringify({ version: 1, fleet, snapshot, volume, kept })}\n`
      : `${fleet} is on ${volume}, made of ${snapshot}. ${
          kept === null
            ? ""
            : `${kept} is kept as volume/data-before, costs what it did, and is never deleted by Fleetkeeper. `
        }The next run mounts it and starts GitLab: fleetkeeper reconcile\n`,
  );
  return 0;
}
