import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import type { MiddlewareStack } from "@smithy/types";
import { Failure } from "../engine/failure.ts";
import type { ObjectStore, StoredObject, TimeSpan, WriteCondition, WriteResult } from "../store/object-store.ts";
import { type LocalClocks, ServerTime } from "../store/server-time.ts";
import { callOf } from "./call.ts";
import {
  attemptsOf,
  isAmbiguous,
  isBucketMissing,
  isConditionFailed,
  isNotFound,
  isWriteRace,
  toFailure,
} from "./classify.ts";
import { type AwsConfig, writerClient } from "./clients.ts";
import { allItems } from "./pages.ts";

export interface S3ObjectStoreOptions {
  readonly bucket: string;
  readonly clocks: LocalClocks;
  /** A new random identifier each time, for telling our own write from another's. */
  readonly newId: () => string;
  /** Called right before each attempt of a write; see {@link writerClient}. */
  readonly beforeWrite?: () => void;
  /** 12 digits. Where given, S3 refuses a bucket that another account owns. */
  readonly account?: string;
}

/** User metadata that names the write. Lower case, as S3 gives it back. */
const writeIdKey = "write-id";
const mostTries = 3;

/**
 * The state bucket by S3's conditional writes (If-Match, If-None-Match;
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html).
 *
 * A conditional write whose answer is lost is not repeated blindly: the SDK's own repeat of it meets the first one's result
 * and is refused with 412. So each write carries an id, and where in doubt the object is read again: it bears our id, or
 * what is there shows that ours can no longer land, or nobody knows and the call fails as `unknown`.
 */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  readonly #newId: () => string;
  readonly #time: ServerTime;

  constructor(config: AwsConfig, options: S3ObjectStoreOptions) {
    this.#time = new ServerTime(options.clocks);
    this.#client = writerClient(
      config,
      (settings) => new S3Client(settings),
      (call) => {
        if (call.write) options.beforeWrite?.();
      },
    );
    readDates(this.#client.middlewareStack, this.#time);
    this.#bucket = {
      Bucket: options.bucket,
      ...(options.account === undefined ? {} : { ExpectedBucketOwner: options.account }),
    };
    this.#newId = options.newId;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const doing = `reading ${key}`;
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await this.#client.send(new GetObjectCommand({ ...this.#bucket, Key: key }));
        const body = (await answer.Body?.transformToString("utf-8")) ?? "";
        return { key, body, etag: etagOf(answer.ETag, doing), metadata: answer.Metadata ?? {} };
      } catch (error) {
        if (isNotFound(error) && !isBucketMissing(error)) return undefined;
        // A body that breaks off while it is read: the SDK has answered by then and doesn't repeat the call.
        const brokeOff = callOf(error) === undefined && isAmbiguous(error);
        if (!brokeOff || tries === mostTries) throw toFailure(error, doing);
      }
    }
  }

  async put(key: string, body: string, options: Parameters<ObjectStore["put"]>[2] = {}): Promise<WriteResult> {
    const doing = `writing ${key}`;
    const id = this.#newId();
    const command = new PutObjectCommand({
      ...this.#bucket,
      Key: key,
      Body: body,
      ContentType: options.contentType ?? "application/json",
      Metadata: { ...options.metadata, [writeIdKey]: id },
      ...conditionHeaders(options.condition),
    });
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await this.#client.send(command);
        return { written: true, etag: etagOf(answer.ETag, doing) };
      } catch (error) {
        if (isWriteRace(error) && attemptsOf(error) === 1 && tries < mostTries) continue;
        return await this.#settle(error, key, id, options.condition, doing);
      }
    }
  }

  async delete(key: string, condition?: { readonly ifMatch: string }): Promise<WriteResult> {
    const doing = `deleting ${key}`;
    try {
      await this.#client.send(new DeleteObjectCommand({ ...this.#bucket, Key: key, ...conditionHeaders(condition) }));
      return { written: true, etag: "" };
    } catch (error) {
      if (refusedByCondition(error) && attemptsOf(error) === 1) return { written: false };
      if (!refusedByCondition(error) && !isAmbiguous(error)) throw toFailure(error, doing);
      // A delete leaves nothing that could bear its id: gone counts as deleted, whoever did it.
      const now = await this.#head(key, doing);
      if (now === undefined) return { written: true, etag: "" };
      if (refusedByCondition(error) || (condition !== undefined && now.ETag !== condition.ifMatch)) {
        return { written: false };
      }
      throw toFailure(error, doing);
    }
  }

  async list(prefix: string): Promise<readonly string[]> {
    try {
      const pages = paginateListObjectsV2({ client: this.#client }, { ...this.#bucket, Prefix: prefix });
      const objects = await allItems(pages, (page) => page.Contents);
      return objects.flatMap((object) => (object.Key === undefined ? [] : [object.Key])).sort();
    } catch (error) {
      throw toFailure(error, `listing ${prefix}`);
    }
  }

  async folders(prefix: string): Promise<readonly string[]> {
    try {
      const input = { ...this.#bucket, Prefix: prefix, Delimiter: "/" };
      const pages = paginateListObjectsV2({ client: this.#client }, input);
      const folders = await allItems(pages, (page) => page.CommonPrefixes);
      return folders
        .flatMap((folder) => (folder.Prefix === undefined ? [] : [folder.Prefix.slice(prefix.length, -1)]))
        .sort();
    } catch (error) {
      throw toFailure(error, `listing ${prefix}`);
    }
  }

  serverTime(): TimeSpan | undefined {
    return this.#time.now();
  }

  /** What became of a put that ended in an error. */
  async #settle(
    error: unknown,
    key: string,
    id: string,
    condition: WriteCondition,
    doing: string,
  ): Promise<WriteResult> {
    const refused = refusedByCondition(error);
    const raced = isWriteRace(error);
    // Refused at the first attempt: nothing of ours is under way.
    if ((refused || raced) && attemptsOf(error) === 1) return { written: false };
    if (!refused && !raced && !isAmbiguous(error)) throw toFailure(error, doing);
    const now = await this.#head(key, doing);
    if (now?.Metadata?.[writeIdKey] === id) return { written: true, etag: etagOf(now.ETag, doing) };
    if (refused || cannotLand(condition, now?.ETag)) return { written: false };
    const { code, message, hint } = toFailure(error, doing);
    throw new Failure({ code, class: "unknown", message, hint, cause: error });
  }

  async #head(key: string, doing: string): Promise<HeadObjectCommandOutput | undefined> {
    try {
      return await this.#client.send(new HeadObjectCommand({ ...this.#bucket, Key: key }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      const failure = toFailure(error, `${doing}: looking whether it took effect`);
      throw new Failure({
        code: failure.code,
        class: "unknown",
        message: failure.message,
        hint: failure.hint,
        cause: error,
      });
    }
  }
}

/** A conditional write of an object that isn't there is answered by 404 where a version was named. */
function refusedByCondition(error: unknown): boolean {
  return isConditionFailed(error) || (isNotFound(error) && !isBucketMissing(error));
}

/** Whether a late arrival of our write would be refused by what is there now. */
function cannotLand(condition: WriteCondition, etag: string | undefined): boolean {
  if (condition === undefined) return false;
  return "ifAbsent" in condition ? etag !== undefined : etag !== condition.ifMatch;
}

function conditionHeaders(condition: WriteCondition): { IfNoneMatch?: "*"; IfMatch?: string } {
  if (condition === undefined) return {};
  return "ifAbsent" in condition ? { IfNoneMatch: "*" } : { IfMatch: condition.ifMatch };
}

function etagOf(etag: string | undefined, doing: string): string {
  if (etag !== undefined && etag !== "") return etag;
  throw new Failure({ code: "NoETag", class: "unknown", message: `${doing}: S3 answered without an ETag` });
}

/** Every answer has a `Date`, refusals too: it is read below the deserializer, which throws on those. */
function readDates<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  time: ServerTime,
): void {
  stack.add(
    (next) => async (args) => {
      const sent = time.sending();
      const result = await next(args);
      time.received(dateOf(result.response), sent);
      return result;
    },
    { step: "deserialize", name: "fleetkeeperServerTime", priority: "low" },
  );
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null) return undefined;
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === "date");
  return typeof found?.[1] === "string" ? found[1] : undefined;
}
