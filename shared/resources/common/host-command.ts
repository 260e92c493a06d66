import { gzipSync } from "node:zlib";

/** Our own SSM documents, each a folder of infra/host-documents. In AWS they are called `fleetkeeper-<name>`. */
export const hostDocuments = [
  "ask-gitlab",
  "back-up",
  "check-gitlab",
  "compose",
  "drain-runner",
  "facts",
  "grow-volume",
  "install-docker",
  "list-jobs",
  "list-machines",
  "prepare-volume",
  "prune-images",
  "pull-image",
  "remove-directories",
  "remove-manager-rows",
  "restore-gitlab",
  "root-password",
  "service-logs",
  "upgrade-gitlab",
  "upgrade-postgresql",
  "write-files",
] as const;

/** A document's name: one of ours, or one that a kind of its own brings (`read-config`). */
export type HostDocumentName = (typeof hostDocuments)[number] | (string & {});

/**
 * What is asked of a host, as plain data: it can be stored and compared. A record is a word and its fields; fields may hold
 * any text but NUL. What a document takes is in `host-request.ts`.
 */
export interface HostCommand {
  readonly document: HostDocumentName;
  /** Documents that only read take no fence, so that a plan, which holds no lease, may send them. Default: fenced. */
  readonly fenced?: false;
  readonly records: readonly HostRecord[];
}

export type HostRecord = readonly [word: string, ...fields: readonly string[]];

/** Under which lease a command is sent. The host refuses a lower epoch of the same incarnation. */
export interface Fence {
  /** Of the store; letters, digits and hyphens. */
  readonly incarnation: string;
  readonly epoch: number;
}

export function documentName(document: HostDocumentName): string {
  return `fleetkeeper-${document}`;
}

/**
 * Parameters of SendCommand, each a list of one. All are digits, hexadecimal or base64, so that they mean nothing to a shell even where an
 * old agent pastes them into the script. Throws a RangeError where a field can't be carried: that is our defect.
 *
 * @param nonce 32 lower-case hexadecimal digits, new for each command: the answer repeats it
 */
export function commandParameters(
  command: HostCommand,
  nonce: string,
  fence: Fence | undefined,
): Record<string, string[]> {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError("a nonce is 32 hexadecimal digits");
  const plain = { Nonce: [nonce], Payload: [payload(command.records)] };
  if (command.fenced === false) return plain;
  if (fence === undefined) throw new RangeError(`${command.document} writes, so it needs a lease's fence`);
  if (!/^[0-9A-Za-z-]{1,64}$/.test(fence.incarnation)) throw new RangeError("an incarnation is letters and digits");
  return { ...plain, Incarnation: [fence.incarnation], Epoch: [String(fence.epoch)] };
}

/**
 * gzip in base64 of one line a record: the word, then each field in base64 (`-` where it is empty), parted by spaces. Bash
 * reads that without any other program; gzip makes files in it short.
 */
export function payload(records: readonly HostRecord[]): string {
  if (records.length === 0) return "";
  const lines = records.map(([word, ...fields]) => {
    if (!/^[a-z][a-z-]*$/.test(word)) throw new RangeError(`not a record's word: ${word}`);
    return [word, ...fields.map(field)].join(" ");
  });
  return gzipSync(`${lines.join("\n")}\n`, { level: 9 }).toString("base64");
}

function field(text: string): string {
  if (text.includes("\0")) throw new RangeError("a field can't hold NUL");
  return text === "" ? "-" : Buffer.from(text, "utf8").toString("base64");
}
