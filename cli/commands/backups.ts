import { age } from "../../shared/report/age.ts";
import { isWhole } from "../../shared/resources/gitlab/backup-manifest.ts";
import { allBackups, type ListedBackup } from "../../shared/resources/gitlab/backups.ts";
import { backupsOf } from "../backups.ts";
import type { HostOptions } from "../host-session.ts";
import type { Io } from "../io.ts";
import { reconcilerOf } from "../open-reconciler.ts";
import { fleetOf } from "../state.ts";

/** `backups`: what there is in the bucket, newest first. Exit 2 where the newest good one is older than the file allows. */
export async function run(io: Io, _: readonly string[], options: HostOptions): Promise<number> {
  const reconciler = await reconcilerOf(io, options, undefined, { emit: () => undefined });
  const fleet = await fleetOf(reconciler.store, options.fleet);
  const wanted = await backupsOf({ fleet, reconciler });
  const all = await allBackups(reconciler.engine.readers.backups, wanted);
  if (options.output === "json") io.stdout.write(`${JSON.stringify({ version: 1, fleet, backups: all }, null, 2)}\n`);
  else io.stdout.write(all.length === 0 ? "there are no backups\n" : all.map((one) => line(one, io.now())).join(""));
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
