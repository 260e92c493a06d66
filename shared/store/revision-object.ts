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

/**
 * How a revision is stored: the file, and below it a comment that repeats the metadata. S3's entity tags are made of the
 * content alone (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html): two pushes of the same file under
 * different sequences would have the same tag, and a conditional write couldn't tell them apart.
 * User metadata's keys are in lower case and its values in ASCII.
 */
export function revisionObject(revision: Revision): { readonly body: string; readonly metadata: Metadata } {
  const metadata = {
    sequence: String(revision.sequence),
    commit: revision.commit,
    digest: revision.digest,
    "pushed-at": new Date(revision.pushedAt).toISOString(),
  };
  return { body: `${revision.body}${trailer(metadata)}`, metadata };
}

export function readRevision(object: StoredObject): RevisionRead {
  const { sequence, commit = "", digest, "pushed-at": pushedAt } = object.metadata;
  if (sequence === undefined || digest === undefined || pushedAt === undefined || !/^\d{1,15}$/.test(sequence)) {
    return {
      usable: false,
      why: `${object.key} has no sequence number: it was put there by something else than \`fleetkeeper push\` (\`aws s3 cp\`?). Push the file with \`fleetkeeper push\`.`,
    };
  }
  const end = trailer({ sequence, commit, digest, "pushed-at": pushedAt });
  const body = object.body.endsWith(end) ? object.body.slice(0, -end.length) : undefined;
  if (body === undefined || bodyDigest(body) !== digest || Number.isNaN(Date.parse(pushedAt))) {
    return {
      usable: false,
      why: `${object.key} doesn't have the content that its digest was made of: it was changed after the push. Push the file again.`,
    };
  }
  return {
    usable: true,
    revision: { sequence: Number(sequence), commit, digest, body, pushedAt: Date.parse(pushedAt) },
  };
}

type Metadata = Readonly<Record<"sequence" | "commit" | "digest" | "pushed-at", string>>;

function trailer({ sequence, commit, digest, "pushed-at": pushedAt }: Metadata): string {
  return `\n# fleetkeeper push: sequence=${sequence} commit=${commit} digest=${digest} at=${pushedAt}\n`;
}
