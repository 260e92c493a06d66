import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { StandInAnswer, StandInRequest } from "./stand-in.ts";

/** Each is room for one call at a time; a host's scripts have few at once, and one more waits for the next free place. */
const places = [..."abcdefghijklmnopqrstuvwxyz"];
/** What is longer is printed by a program; shell text can't hold NUL bytes. */
const longestText = 100_000;
const openPipe = constants.O_RDWR | constants.O_NONBLOCK;

/**
 * The one way out of a host's namespace: a directory that is bound into it, in which the programs that stand in for Docker, the
 * AWS CLI and so on hand over how they were called. Who calls is told by the directory, so that a host is always itself.
 *
 * It works with pipes and files, because shells have them: a program that a shell would have to start for each call takes
 * longer than all the rest. A caller reads the letter of a place from `free`, writes its call to `x.asked`, opens `x.bell`, writes
 * the letter to `bell`, and reads from `x.bell` one line: the exit code and the parts of the answer, each a file `x.PART` but for
 * `text` and `bytes`, which are `x.stdout`. In the end it puts the letter back. No file is written over: file systems take that
 * for something to keep, and many times as long (ext4's auto_da_alloc).
 */
export class Bridge {
  readonly directory: string;
  readonly #answer: (request: StandInRequest) => Promise<StandInAnswer>;
  readonly #free: number;
  readonly #bell: Socket;
  /** Callers of before can't be asked again, and nobody else gets their answers. */
  #generation = 0;
  #scripts = 0;

  /** @param directory its own, made anew */
  constructor(directory: string, answer: (request: StandInRequest) => Promise<StandInAnswer>) {
    this.directory = directory;
    this.#answer = answer;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const pipes = ["free", "bell", ...places.map((place) => `${place}.bell`)];
    const made = spawnSync("mkfifo", pipes, { cwd: directory, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`mkfifo: ${made.error?.message ?? made.stderr}`);
    this.#free = openSync(join(directory, "free"), openPipe);
    this.#bell = new Socket({ fd: openSync(join(directory, "bell"), openPipe), readable: true, writable: false });
    this.#bell.on("data", (rung) => {
      for (const place of rung.toString("latin1")) void this.#serve(place);
    });
    // A process that is done must be able to end although nobody closed its sandbox.
    this.#bell.unref();
  }

  /** For as long as a script runs. The first one has all places: those that a killed one held are free again. */
  enter(): void {
    if (this.#scripts === 0) {
      this.#generation += 1;
      drain(this.#free);
      writeSync(this.#free, places.join(""));
    }
    this.#scripts += 1;
  }

  leave(): void {
    this.#scripts -= 1;
  }

  close(): void {
    this.#generation += 1;
    this.#bell.destroy();
    closeSync(this.#free);
  }

  async #serve(place: string): Promise<void> {
    const generation = this.#generation;
    const at = (part: string) => join(this.directory, `${place}.${part}`);
    const answer = await this.#answered(at("asked"));
    if (generation !== this.#generation) return;
    const { exitCode = 0, stdout = "", stderr = "", outputFile, inside } = answer;
    const isText = typeof stdout === "string" && stdout.length < longestText && !stdout.includes("\0");
    const parts: readonly [string, string, string | Uint8Array | undefined][] = [
      ["stderr", "stderr", stderr === "" ? undefined : stderr],
      ["inside", "inside", inside],
      ["output", "output", outputFile],
      [isText ? "text" : "bytes", "stdout", stdout.length === 0 ? undefined : stdout],
    ];
    const told = parts.flatMap(([part, file, content]) => {
      if (content === undefined) return [];
      rmSync(at(file), { force: true });
      writeFileSync(at(file), content);
      return [part];
    });
    if (!ring(at("bell"), `${exitCode} ${told.join(" ")}\n`)) writeSync(this.#free, place);
  }

  async #answered(file: string): Promise<StandInAnswer> {
    try {
      const asked = readFileSync(file);
      rmSync(file);
      return await this.#answer(decode(asked));
    } catch (error) {
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { exitCode: 125, stderr: `sandbox: the stand-in failed: ${told}\n` };
    }
  }
}

/** A caller has its pipe open while it waits. @returns false where it was killed, and so doesn't */
function ring(path: string, line: string): boolean {
  let pipe: number | undefined;
  try {
    pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(pipe, line);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENXIO" || codeOf(error) === "EPIPE") return false;
    throw error;
  } finally {
    if (pipe !== undefined) closeSync(pipe);
  }
}

function drain(pipe: number): void {
  try {
    while (readSync(pipe, Buffer.alloc(64)) > 0);
  } catch (error) {
    if (codeOf(error) !== "EAGAIN") throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** NUL after each of: the program, how many arguments, the directory, the arguments; then standard input. */
function decode(asked: Buffer): StandInRequest {
  const fields: string[] = [];
  let at = 0;
  let wanted = 3;
  while (fields.length < wanted) {
    const end = asked.indexOf(0, at);
    if (end < 0) throw new Error("a stand-in's call was cut");
    fields.push(asked.subarray(at, end).toString("utf8"));
    at = end + 1;
    if (fields.length === 2) wanted = 3 + Number(fields[1]);
  }
  const [program = "", , directory = "/", ...args] = fields;
  return { program, args, directory, stdin: asked.subarray(at) };
}
