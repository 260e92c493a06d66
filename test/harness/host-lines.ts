import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../sandbox/hosts/host.ts";
import type { HostRecord } from "../../sandbox/hosts/host-state.ts";

/** What is on the host and its volume: whole files by their digests, containers, mounts. Not what is random or tells times. */
export function hostLines(
  { files, record }: { readonly files: Host; readonly record: HostRecord },
  volumeId: string,
): readonly string[] {
  return [
    ...treeLines(files.root, ["etc", "opt", "srv", "usr", "var/lib/fleetkeeper", "run/fleetkeeper"]),
    ...treeLines(join(files.root, "../../../volumes", volumeId, "data"), ["."]),
    ...Object.values(record.containers).map(
      ({ service, image, status, configHash }) => `container ${service} ${image} ${status} ${configHash}`,
    ),
    `mounted: ${Object.keys(record.mounts).join()}; installed: ${Object.keys(record.packages).sort().join()}`,
  ];
}

/** GitLab's and the runner's own, random keys, what the fence was left at. */
const own =
  /(^|\/)(\.fleetkeeper-key\.(inner|outer)|\.fleetkeeper-volume|fence|holder|lock|gitlab\/(config|data|logs)\/.*|\.runner_system_id|fstab.*|.*-images)$/;

function treeLines(root: string, parts: readonly string[]): readonly string[] {
  return parts.flatMap((part) => {
    const at = join(root, part);
    const found =
      statSync(at, { throwIfNoEntry: false })?.isDirectory() === true
        ? readdirSync(at, { recursive: true, encoding: "utf8" })
        : [];
    return found
      .filter((path) => statSync(join(at, path), { throwIfNoEntry: false })?.isFile() === true)
      .map((path) => {
        // A run that was killed and sent again may have kept one more previous version: it counts as there, not how many.
        const name = join(part, path).replace(/previous\/\d{8}\./, "previous/");
        return own.test(name) ? `file ${name}` : `file ${name} ${digestOf(join(at, path))}`;
      });
  });
}

function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
}
