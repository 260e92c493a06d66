import { createHash } from "node:crypto";
import { Failure } from "../../shared/engine/failure.ts";
import type {
  ObjectStore,
  StoredObject,
  TimeSpan,
  WriteCondition,
  WriteResult,
} from "../../shared/store/object-store.ts";
import { type LocalClocks, ServerTime } from "../../shared/store/server-time.ts";

/** A bucket that several clients share, on a time of its own. */
export class MemoryBucket {
  readonly objects = new Map<string, StoredObject>();

  put(key: string, body: string, metadata: Readonly<Record<string, string>>, condition: WriteCondition): WriteResult {
    if (!holds(this.objects.get(key), condition)) return { written: false };
    // Of the content alone, as S3's: metadata doesn't count.
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    this.objects.set(key, { key, body, etag, metadata });
    return { written: true, etag };
  }

  delete(key: string, condition: WriteCondition): WriteResult {
    if (!holds(this.objects.get(key), condition)) return { written: false };
    this.objects.delete(key);
    return { written: true, etag: "" };
  }
}

function holds(object: StoredObject | undefined, condition: WriteCondition): boolean {
  if (condition === undefined) return true;
  return "ifAbsent" in condition ? object === undefined : object?.etag === condition.ifMatch;
}

export interface MemoryStoreOptions {
  /** Waits: called once before each call takes effect and once after. */
  readonly travel?: () => Promise<void>;
  readonly serverNow?: () => number;
  readonly clocks?: LocalClocks;
  /** Asked before each call takes effect: `lost` takes effect and then fails as unknown. */
  readonly fault?: () => "none" | "refused" | "lost";
}

/** One client's view of a {@link MemoryBucket}. */
export class MemoryStore implements ObjectStore {
  readonly bucket: MemoryBucket;
  readonly calls: string[] = [];
  readonly #options: MemoryStoreOptions;
  readonly #time: ServerTime;

  constructor(bucket = new MemoryBucket(), options: MemoryStoreOptions = {}) {
    this.bucket = bucket;
    this.#options = options;
    const zero = { monotonic: () => 0, wall: () => 0 };
    this.#time = new ServerTime(options.clocks ?? zero);
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#call(`get ${key}`, () => this.bucket.objects.get(key));
  }

  put(key: string, body: string, options: Parameters<ObjectStore["put"]>[2] = {}): Promise<WriteResult> {
    return this.#call(`put ${key}`, () => this.bucket.put(key, body, options.metadata ?? {}, options.condition));
  }

  delete(key: string, condition?: { readonly ifMatch: string }): Promise<WriteResult> {
    return this.#call(`delete ${key}`, () => this.bucket.delete(key, condition));
  }

  list(prefix: string): Promise<readonly string[]> {
    return this.#call(`list ${prefix}`, () =>
      [...this.bucket.objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    );
  }

  async folders(prefix: string): Promise<readonly string[]> {
    const keys = await this.list(prefix);
    const names = keys.map((key) => key.slice(prefix.length)).filter((rest) => rest.includes("/"));
    return [...new Set(names.map((rest) => rest.slice(0, rest.indexOf("/"))))];
  }

  serverTime(): TimeSpan | undefined {
    return this.#time.now();
  }

  async #call<Result>(name: string, effect: () => Result): Promise<Result> {
    this.calls.push(name);
    const sent = this.#time.sending();
    await this.#options.travel?.();
    const fault = this.#options.fault?.() ?? "none";
    const result = fault === "refused" ? undefined : effect();
    const serverNow = this.#options.serverNow?.() ?? 0;
    await this.#options.travel?.();
    if (fault === "lost" || result === undefined) {
      if (fault !== "none") {
        const failureClass = fault === "lost" ? "unknown" : "retry";
        throw new Failure({ code: "NoAnswer", class: failureClass, message: `${name}: no answer` });
      }
    }
    this.#time.received(new Date(Math.floor(serverNow / 1000) * 1000).toUTCString(), sent);
    return result as Result;
  }
}
