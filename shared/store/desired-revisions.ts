import { Failure } from "../engine/failure.ts";
import type { Revision } from "../engine/state-port.ts";
import { contended } from "./conditional-update.ts";
import { decode, encode } from "./format.ts";
import { statusFormat } from "./formats.ts";
import { keysOf } from "./keys.ts";
import type { ObjectStore, StoredObject } from "./object-store.ts";
import { bodyDigest, readRevision, revisionObject } from "./revision-object.ts";
import { refuseDuringTeardown } from "./teardown.ts";

/** A validated file on its way into the bucket. */
export interface Push {
  readonly fleet: string;
  /** The file's text, as it is. */
  readonly body: string;
  /** Of the repository it comes from: a hash or another short ASCII name; empty where not known. */
  readonly commit: string;
  /** Rises with every push: the pipeline's number. From 1. */
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /**
   * Starts over at this sequence, whatever is in force: after GitLab itself was restored and counts from an earlier number.
   */
  readonly resetSequence?: boolean;
}

export type PushResult =
  | { readonly state: "pushed"; readonly revision: Revision; readonly replaced: Revision | undefined }
  /** The same sequence with the same content is there already: a pipeline's job that ran twice. */
  | { readonly state: "unchanged"; readonly revision: Revision };

const mostTries = 8;

/**
 * Puts a file in force for the next run. Two pipelines that push at once can't undo each other: the higher sequence wins,
 * in whatever order they arrive.
 * @throws {Failure} `StaleRevision` where the same or a higher sequence is there with other content; `TearingDown` while the
 * fleet is being destroyed
 */
export async function pushRevision(store: ObjectStore, push: Push): Promise<PushResult> {
  checkPush(push);
  const keys = keysOf(push.fleet);
  const digest = bodyDigest(push.body);
  const { fleet: _, resetSequence, at, ...file } = push;
  const revision: Revision = { ...file, digest, pushedAt: at };
  for (let tries = 0; tries < mostTries; tries += 1) {
    const [newest, accepted] = await Promise.all([
      store.get(keys.desired),
      store.get(keys.accepted),
      refuseDuringTeardown(store, push.fleet),
    ]);
    const there = usable(newest);
    if (there !== undefined && there.sequence === revision.sequence && there.digest === digest) {
      return { state: "unchanged", revision: there };
    }
    if (resetSequence === true) await takeBack(store, push.fleet, accepted, revision.sequence);
    else refuseStale(revision, [there, usable(accepted)]);
    const { body, metadata } = revisionObject(revision);
    const result = await store.put(keys.desired, body, {
      condition: newest === undefined ? { ifAbsent: true } : { ifMatch: newest.etag },
      metadata,
      contentType: "application/yaml",
    });
    if (result.written) return { state: "pushed", revision, replaced: there };
  }
  throw contended(keys.desired);
}

function usable(object: StoredObject | undefined): Revision | undefined {
  const read = object === undefined ? undefined : readRevision(object);
  return read?.usable === true ? read.revision : undefined;
}

function refuseStale(revision: Revision, there: readonly (Revision | undefined)[]): void {
  const newer = there.find((other) => other !== undefined && other.sequence >= revision.sequence);
  if (newer === undefined || (newer.sequence === revision.sequence && newer.digest === revision.digest)) return;
  const what =
    newer.sequence === revision.sequence ? "is there already with other content" : "is newer and there already";
  throw new Failure({
    code: "StaleRevision",
    class: "terminal",
    message: `sequence ${revision.sequence} is refused: sequence ${newer.sequence}${newer.commit === "" ? "" : ` of commit ${newer.commit}`} ${what}`,
    hint: "Push from the newest pipeline. After a restore of GitLab, whose numbers start lower, use `push --reset-sequence`.",
  });
}

/**
 * Lowers what remembers the higher sequence, before the file itself: the copy in force and the status' generation. Cut
 * short, the push refused nothing and is repeated.
 */
async function takeBack(
  store: ObjectStore,
  fleet: string,
  accepted: StoredObject | undefined,
  sequence: number,
): Promise<void> {
  const keys = keysOf(fleet);
  const inForce = usable(accepted);
  if (accepted !== undefined && inForce !== undefined && inForce.sequence >= sequence) {
    const { body, metadata } = revisionObject({ ...inForce, sequence: sequence - 1 });
    const result = await store.put(keys.accepted, body, {
      condition: { ifMatch: accepted.etag },
      metadata,
      contentType: "application/yaml",
    });
    if (!result.written) throw contended(keys.accepted);
  }
  const object = await store.get(keys.status);
  if (object === undefined) return;
  const status = decode(statusFormat, object);
  if (status.observedGeneration < sequence) return;
  const lowered = { ...status, observedGeneration: sequence - 1 };
  const result = await store.put(keys.status, encode(statusFormat, lowered), { condition: { ifMatch: object.etag } });
  if (!result.written) throw contended(keys.status);
}

function checkPush(push: Push): void {
  const refuse = (message: string, hint: string): never => {
    throw new Failure({ code: "InvalidPush", class: "terminal", message, hint });
  };
  if (!Number.isSafeInteger(push.sequence) || push.sequence < 1) {
    refuse(`the sequence must be a whole number from 1, not ${push.sequence}`, "Give the pipeline's number.");
  }
  if (!/^[\x21-\x7e]{0,128}$/.test(push.commit)) {
    refuse("the commit must be a short name without spaces", "Give the commit's hash.");
  }
}
