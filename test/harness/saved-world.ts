import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Snapshot } from "../../sandbox/sandbox.ts";

/** A world kept so that others can go on from it: what takes a minute to make takes a moment to copy. */
export interface SavedWorld {
  /** Epoch milliseconds at which it was saved. */
  readonly at: number;
  readonly snapshot: Pick<Snapshot, "seed" | "states">;
  /** Of its hosts and volumes at rest, where they run what is sent to them. */
  readonly directory?: string;
}

/** A directory for hosts of their own. Short, for the sockets in it: their names are limited to 107 bytes. */
export function hostsDirectory(): string {
  return mkdtempSync(join(tmpdir(), "fleetkeeper-"));
}

/** All that hosts and volumes hold, in a new directory; times, links and owners as they were. @returns the new one */
export function copyHosts(from: string): string {
  const to = hostsDirectory();
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, filter: isKept });
  moveOwners(from, to);
  return to;
}

/** Pipes and sockets are between a host that runs and its sandbox. */
function isKept(path: string): boolean {
  const found = lstatSync(path);
  return !found.isFIFO() && !found.isSocket();
}

export function removeHosts({ directory }: Pick<SavedWorld, "directory">): void {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}

/** The hosts' stand-in of chown keeps owners by inode, and copies have inodes of their own. */
function moveOwners(from: string, to: string): void {
  const inodes = new Map<string, string>();
  for (const path of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (existsSync(join(to, path))) inodes.set(inodeOf(join(from, path)), inodeOf(join(to, path)));
  }
  const hosts = join(to, "hosts");
  for (const instance of existsSync(hosts) ? readdirSync(hosts) : []) {
    const owners = join(hosts, instance, "root/var/lib/sandbox-owners");
    const records = existsSync(owners) ? readdirSync(owners) : [];
    // Old and new numbers may overlap: away with all before the first comes back.
    for (const old of records) renameSync(join(owners, old), join(owners, `${old}.old`));
    for (const old of records) renameSync(join(owners, `${old}.old`), join(owners, inodes.get(old) ?? `${old}.old`));
  }
}

function inodeOf(path: string): string {
  return String(lstatSync(path).ino);
}
