import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type FleetResult, parseFleet } from "../shared/desired/fleet.ts";
import { Failure } from "../shared/engine/failure.ts";

/** Files that no fleet can need are refused before they are read into memory; the parser has its own, lower limit. */
const largestRead = 16 * 1024 * 1024;

export interface FleetFile {
  /** As the user named it. */
  readonly name: string;
  readonly text: string;
}

/** @throws Failure `FileUnreadable`, with what the system says */
export async function readFleetFile(name: string, cwd: string): Promise<FleetFile> {
  const path = resolve(cwd, name);
  try {
    const { size } = await stat(path);
    if (size > largestRead) throw new Error(`it has ${size} bytes`);
    return { name, text: decode(await readFile(path)) };
  } catch (error) {
    throw new Failure({
      code: "FileUnreadable",
      class: "terminal",
      message: `${name} can't be read: ${reasonOf(error)}`,
      hint: "check the path and its permissions",
      cause: error,
    });
  }
}

export function parseFleetFile(file: FleetFile): FleetResult {
  return parseFleet(file.text, file.name);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error("it isn't UTF-8 text");
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
      return "permission denied";
    case "EISDIR":
      return "it is a directory";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
