import { readFile, rm, writeFile } from "node:fs/promises";

/** Holds a directory for one process: two that wrote the same state would undo each other's. */
export class DirectoryLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws where a process that still runs holds it; what a dead one left behind is taken over. */
  static async take(path: string): Promise<DirectoryLock> {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return new DirectoryLock(path);
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = Number(await readFile(path, "utf8"));
    if (holder !== process.pid && runs(holder)) {
      throw new Error(`${path} is held by process ${holder}; stop it or choose another directory`);
    }
    await writeFile(path, String(process.pid));
    return new DirectoryLock(path);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function runs(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process runs too.
    return hasCode(error, "EPERM");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
