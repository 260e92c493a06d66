import type { SnapshotRecord } from "../../shared/aws/backups-port.ts";
import { age } from "../../shared/report/age.ts";
import { isWhole } from "../../shared/resources/gitlab/backup-manifest.ts";
import { allBackups, type ListedBackup } from "../../shared/resources/gitlab/backups.ts";
import { snapshotMark } from "../../shared/resources/gitlab/desired.ts";
import { aliveFor, lastSign, rehearsalMark } from "../../shared/resources/gitlab/rehearsal.ts";
import { gitlabTag } from "../../shared/resources/gitlab/snapshots.ts";
import { backedUpFleet } from "../backups.ts";
import type { HostOptions } from "../host-session.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import { fleetOf } from "../state.ts";

/** `backups`: what there is in the bucket, and the snapshots of the data volume, newest first. Exit 2 where the newest good one is older than the file allows. */
export async function run(io: Io, _: readonly string[], options: HostOptions): Promise<number> {
  const reconciler = await reconcilerOf(io, options, undefined, { emit: () => undefined });
  const fleet = await fleetOf(reconciler.store, options.fleet);
  const { file, wanted } = await backedUpFleet({ fleet, reconciler });
  const { readers } = reconciler.engine;
  const [all, found, hosts] = await Promise.all([
    allBackups(readers.backups, wanted),
    readers.snapshots.tagged(snapshotMark(file)),
    readers.host.instancesTagged(rehearsalMark(fleet)),
  ]);
  const rehearsals = hosts
    .filter(({ state }) => state !== "terminated" && state !== "shutting-down")
    .map(({ id, tags }) => ({ id, lastSign: lastSign(tags) ?? null }));
  const snapshots = [...found].sort((a, b) => b.startedAt - a.startedAt);
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify({ version: 1, fleet, backups: all, snapshots, rehearsals }, null, 2)}\n`);
  } else {
    io.stdout.write(all.length === 0 ? "there are no backups\n" : all.map((one) => line(one, io.now())).join(""));
    io.stdout.write(snapshots.map((one) => snapshotLine(one, io.now())).join(""));
    io.stdout.write(rehearsals.map((one) => rehearsalLine(one, io.now())).join(""));
  }
  const good = all.find(({ manifest }) => !("why" in manifest) && isWhole(manifest))?.manifest;
  return good === undefined || "why" in good || io.now() - good.createdAt > wanted.maxAge ? 2 : 0;
}

function line({ id, manifest }: ListedBackup, now: number): string {
  if ("why" in manifest) return `${id}  unusable: ${manifest.why}\n`;
  const { gitlab, parts, skipped, createdAt } = manifest;
  const size = ((parts.data.sizeBytes + parts.configuration.sizeBytes) / 2 ** 20).toFixed(1);
  const lacks = skipped.length === 0 ? "" : `, without ${skipped.join(", ")}`;
  const fit = isWhole(manifest) ? "" : "; can't bring GitLab back";
  return `${id}  GitLab ${gitlab.version}-${gitlab.edition}, ${size} MiB, ${age(now - createdAt)} old${lacks}${fit}\n`;
}

function snapshotLine({ id, volumeId, state, startedAt, tags }: SnapshotRecord, now: number): string {
  return `${id}  GitLab ${tags[gitlabTag] ?? "(unknown)"}, snapshot of ${volumeId}, ${state}, ${age(now - startedAt)} old\n`;
}

/** What costs money and holds a copy of GitLab's data. */
function rehearsalLine(
  { id, lastSign: at }: { readonly id: string; readonly lastSign: number | null },
  now: number,
): string {
  if (at !== null && now - at < aliveFor) return `${id}  host of a rehearsal that is at work\n`;
  return `${id}  left over by a rehearsal: the next restore --rehearse removes it first, and destroy does\n`;
}
