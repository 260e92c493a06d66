import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Json, JsonObject } from "../../engine/json.ts";
import { documentName, type HostDocumentName } from "./host-command.ts";

/** What a script that ran to its end said. */
export type HostOutcome =
  | { readonly state: "done"; readonly result: JsonObject }
  /** It stopped by itself and changed nothing that it didn't finish. `code` is stable and CamelCase. */
  | { readonly state: "failed"; readonly code: string; readonly message: string }
  /** A later run has written to this host: this one lost its lease. Nothing was done. */
  | { readonly state: "refused"; readonly epoch: number };

/** `ok: false`: the answer is missing, cut or not ours, so nothing is known; not even whether the script ran. */
export type HostAnswer =
  | { readonly ok: true; readonly outcome: HostOutcome }
  | { readonly ok: false; readonly why: string };

export interface ExpectedAnswer {
  readonly document: HostDocumentName;
  readonly nonce: string;
  readonly instanceId: string;
}

const end = /^#fleetkeeper-end nonce=([0-9a-f]{32}) bytes=(\d{1,9}) sha256=([0-9a-f]{64})$/;
const packed = "gzip:";

/**
 * Reads a command's standard output: one line with a JSON object (or `gzip:` and base64 of it), then the end mark with the
 * nonce, that line's length in bytes and its SHA-256. Anything else is unknown, never an empty answer: SSM cuts output at
 * 24,000 characters (GetCommandInvocation in the SSM API reference).
 */
export function parseHostOutput(stdout: string, expected: ExpectedAnswer): HostAnswer {
  const lines = stdout.replace(/\r?\n$/, "").split("\n");
  const mark = end.exec(lines.at(-1) ?? "");
  if (mark === null) return unknown(stdout === "" ? "there is no output" : "the end mark is missing");
  const [, nonce, bytes, sha256] = mark;
  if (nonce !== expected.nonce) return unknown("the answer is another command's");
  const line = lines.at(-2) ?? "";
  if (lines.length !== 2) return unknown("there is something beside the answer");
  if (Buffer.byteLength(line) !== Number(bytes)) return unknown("its length isn't what the end mark says");
  if (createHash("sha256").update(line).digest("hex") !== sha256) return unknown("its hash isn't the end mark's");
  const answer = object(line);
  if (answer === undefined) return unknown("it isn't a JSON object");
  if (answer["document"] !== documentName(expected.document)) return unknown("it is another document's");
  if (answer["instance"] !== expected.instanceId) return unknown(`it comes from ${shown(answer["instance"])}`);
  const outcome = outcomeOf(answer);
  return outcome === undefined ? unknown("its state isn't one that is known") : { ok: true, outcome };
}

function unknown(what: string): HostAnswer {
  return { ok: false, why: `the host's answer doesn't count: ${what}` };
}

function object(line: string): JsonObject | undefined {
  try {
    const text = line.startsWith(packed)
      ? gunzipSync(Buffer.from(line.slice(packed.length), "base64"), { maxOutputLength: 2 ** 24 }).toString("utf8")
      : line;
    const value = JSON.parse(text) as Json;
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf(answer: JsonObject): HostOutcome | undefined {
  const { state, result, code, message, epoch } = answer;
  if (state === "done" && result !== null && typeof result === "object" && !Array.isArray(result)) {
    return { state, result: result as JsonObject };
  }
  if (state === "failed" && typeof code === "string" && typeof message === "string") return { state, code, message };
  if (state === "refused" && typeof epoch === "number") return { state, epoch };
  return undefined;
}

function shown(instance: Json | undefined): string {
  return typeof instance === "string" ? `instance ${instance.slice(0, 32)}` : "an instance without a name";
}
