import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { DirectoryLock } from "./directory-lock.ts";
import type { Sandbox } from "./sandbox.ts";

/** Keeps a sandbox's state in a directory, so that it survives a restart. */
export class SnapshotFile {
  readonly #sandbox: Sandbox;
  readonly #path: string;
  readonly #lock: DirectoryLock;
  #dirty = false;
  #saving: Promise<void> | undefined;
  #failure: unknown;

  private constructor(sandbox: Sandbox, path: string, lock: DirectoryLock) {
    this.#sandbox = sandbox;
    this.#path = path;
    this.#lock = lock;
  }

  /**
   * Reads what is there, and writes the state after every call that changes it. Throws where the directory can't be
   * made, is another sandbox's, or holds a snapshot that can't be read: it isn't overwritten.
   */
  static async attach(sandbox: Sandbox, directory: string): Promise<SnapshotFile> {
    await mkdir(directory, { recursive: true });
    const lock = await DirectoryLock.take(join(directory, "sandbox.lock"));
    const file = new SnapshotFile(sandbox, join(directory, "sandbox.json"), lock);
    await file.#read().catch(async (error: unknown) => {
      await lock.release();
      throw error;
    });
    sandbox.onWrite = () => file.#changed();
    return file;
  }

  /** Waits until everything is on disk. Throws where it couldn't be written. */
  async flush(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Flushes, and leaves the directory to the next sandbox. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#lock.release();
    }
  }

  /** Throws what went wrong with the write before: a call that isn't kept must not look done. */
  #changed(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    this.#dirty = true;
    this.#saving ??= this.#save();
  }

  /** One write at a time; changes made meanwhile are written by the next round. */
  async #save(): Promise<void> {
    try {
      while (this.#dirty) {
        this.#dirty = false;
        await replaceFile(this.#path, `${JSON.stringify(this.#sandbox.snapshot())}\n`);
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#saving = undefined;
    }
  }

  async #read(): Promise<void> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      throw error;
    }
    const snapshot = parse(text);
    if (snapshot === undefined) {
      throw new Error(`${this.#path} is not a snapshot of this sandbox's version; move it away to start afresh`);
    }
    this.#sandbox.restore(snapshot);
  }
}

function parse(text: string): { readonly seed: number; readonly states: Record<string, object> } | undefined {
  try {
    const value = JSON.parse(text) as Partial<ReturnType<Sandbox["snapshot"]>> | null;
    if (value?.version !== 1 || typeof value.seed !== "number" || typeof value.states !== "object") return undefined;
    return { seed: value.seed, states: { ...value.states } };
  } catch {
    return undefined;
  }
}

/** Whole or not at all, also where the machine stops meanwhile. */
async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  const handle = await open(next, "w", 0o600);
  try {
    await handle.writeFile(text, "utf8");
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, path);
}
