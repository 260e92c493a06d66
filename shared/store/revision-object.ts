import { createHash } from "node:crypto";
import type { Revision } from "../engine/state-port.ts";
import type { StoredObject } from "./object-store.ts";

/** A desired-state object as found: a revision, or something that `fleetkeeper push` didn't write. */
export type RevisionRead =
  | { readonly usable: true; readonly revision: Revision }
  /** A sentence for a person, with what to do. */
  | { readonly usable: false; readonly why: string };

/** SHA-256 of a file's UTF-8 bytes, 64 hexadecimal digits. */
export function bodyDigest(body: string): string {
  return createHash("sha256").update(body, "utf8").digest("hex");
}

/** User metadata of a revision's object: S3 keeps keys in lower case and values in ASCII. */
export function revisionMetadata(revision: Omit<Revision, "body">): Record<string, string> {
  return {
    sequence: String(revision.sequence),
    commit: revision.commit,
    digest: revision.digest,
    "pushed-at": new Date(revision.pushedAt).toISOString(),
  };
}

export function readRevision(object: StoredObject): RevisionRead {
  const { sequence, commit, digest } = object.metadata;
  const pushedAt = Date.parse(object.metadata["pushed-at"] ?? "");
  if (sequence === undefined || !/^\d{1,15}$/.test(sequence) || digest === undefined || Number.isNaN(pushedAt)) {
    return {
      usable: false,
      why: `${object.key} has no sequence number: it was put there by something else than \`fleetkeeper push\` (\`aws s3 cp\`?). Push the file with \`fleetkeeper push\`.`,
    };
  }
  if (bodyDigest(object.body) !== digest) {
    return {
      usable: false,
      why: `${object.key} doesn't have the content that its digest was made of: it was changed after the push. Push the file again.`,
    };
  }
  return {
    usable: true,
    revision: { sequence: Number(sequence), commit: commit ?? "", digest, body: object.body, pushedAt },
  };
}
