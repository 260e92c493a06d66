import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Sandbox } from "../../sandbox/sandbox.ts";

/** A secret's trace where no secret may be. */
export interface Leak {
  readonly channel: string;
  /** The name that the secret was planted under. */
  readonly secret: string;
  /** How it was written: `plain`, `base64`, `hex`, `percent`, `gzip`. */
  readonly encoding: string;
  /** What stands around it. */
  readonly excerpt: string;
}

/** A secret's leak is recognised by any run of so many characters of it, so that half a secret is found too. */
const windowLength = 12;

/**
 * Plants secrets that can't occur by chance and looks for them in whatever comes out. Add a channel by {@link look}; the
 * sandbox's calls and states and the process's output have functions of their own below.
 */
export class Taint {
  readonly #secrets = new Map<string, string>();
  readonly #leaks: Leak[] = [];
  readonly #seed: string;

  /** @param seed same seed, same secrets */
  constructor(seed = "taint") {
    this.#seed = seed;
  }

  /** A secret of 40 letters and digits. The same name gives the same secret. */
  plant(name: string): string {
    const known = this.#secrets.get(name);
    if (known !== undefined) return known;
    const digest = createHash("sha512").update(`${this.#seed}/${name}`).digest("base64");
    const secret = digest.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 40);
    this.#secrets.set(name, secret);
    return secret;
  }

  /** Also watches for a secret that the system itself made (a token that GitLab gave). At least 12 characters. */
  add(name: string, secret: string): void {
    if (secret.length < windowLength) throw new RangeError(`${name}: too short to be told from chance`);
    this.#secrets.set(name, secret);
  }

  /** Looks through one output. @param channel what it is, for the message: `stdout`, `s3 PutObject fleets/acme/status.json` */
  look(channel: string, output: unknown): void {
    const text = textOf(output);
    for (const [secret, value] of this.#secrets) {
      const found = findIn(text, value);
      if (found !== undefined) this.#leaks.push({ channel, secret, ...found });
    }
    for (const { text: unpacked } of unpack(text)) this.look(`${channel} (gzip)`, unpacked);
  }

  leaks(): readonly Leak[] {
    return this.#leaks;
  }
}

/** Where secrets belong, and only they: everything else must be free of them. */
export interface SandboxChannels {
  /** Calls by which a secret may travel: somebody's own write of a SecureString. */
  readonly allowedCall?: (call: {
    readonly service: string;
    readonly operation: string;
    readonly input: unknown;
  }) => boolean;
  /** Parts of states where secrets live, by path: `ssm/eu-central-1.parameters.x`. */
  readonly allowedState?: (path: string) => boolean;
}

/** Every call's input, as the service read it, and everything that the services hold in the end. */
export function lookAtSandbox(taint: Taint, sandbox: Sandbox, channels: SandboxChannels = {}): void {
  for (const call of sandbox.calls.all()) {
    if (channels.allowedCall?.(call) === true) continue;
    taint.look(`call ${call.number}: ${call.service} ${call.operation}`, call.input);
  }
  for (const [path, value] of leavesOf(sandbox.states.dump(), "")) {
    if (channels.allowedState?.(path) !== true) taint.look(`state ${path}`, value);
  }
}

/** Runs something and looks through all that it writes to stdout and stderr meanwhile. */
export async function lookAtOutput<Result>(taint: Taint, work: () => Promise<Result>): Promise<Result> {
  const written: { readonly channel: string; readonly text: string }[] = [];
  const streams = [process.stdout, process.stderr] as const;
  const before = streams.map((stream) => stream.write);
  for (const [index, stream] of streams.entries()) {
    stream.write = (chunk: string | Uint8Array) => {
      written.push({ channel: index === 0 ? "stdout" : "stderr", text: textOf(chunk) });
      return true;
    };
  }
  try {
    return await work();
  } finally {
    for (const [index, stream] of streams.entries()) stream.write = before[index] ?? stream.write;
    for (const channel of ["stdout", "stderr"]) {
      const mine = written.filter((part) => part.channel === channel);
      taint.look(channel, mine.map((part) => part.text).join(""));
    }
  }
}

/** Any value as one text: bytes as UTF-8, everything else by JSON with its errors' messages, stacks and causes. */
function textOf(output: unknown): string {
  if (typeof output === "string") return output;
  if (output instanceof Uint8Array) return Buffer.from(output).toString("utf8");
  return (
    JSON.stringify(output, (_, value: unknown) => {
      if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
      if (value instanceof Map || value instanceof Set) return [...value];
      if (value instanceof Error) return { ...value, message: value.message, stack: value.stack, cause: value.cause };
      return value;
    }) ?? ""
  );
}

function* leavesOf(value: unknown, path: string): Generator<readonly [string, unknown]> {
  if (typeof value !== "object" || value === null) {
    yield [path, value];
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    yield [`${at}#key`, key];
    yield* leavesOf(member, at);
  }
}

function findIn(text: string, secret: string): { readonly encoding: string; readonly excerpt: string } | undefined {
  const bare = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  for (let at = 0; at + windowLength <= secret.length; at += 4) {
    const part = secret.slice(at, at + windowLength);
    for (const [encoding, needle, hay] of [
      ["plain", part, text],
      ["percent", part, bare],
      ["hex", Buffer.from(part).toString("hex"), text.toLowerCase()],
      ...base64Needles(part).map((needle) => ["base64", needle, text] as const),
    ] as const) {
      const index = hay.indexOf(needle);
      if (index >= 0) return { encoding, excerpt: hay.slice(Math.max(0, index - 30), index + needle.length + 30) };
    }
  }
  return undefined;
}

/** How a text looks inside base64 at each of the three places that it can have in a group, without the parts that depend on its neighbours. */
function base64Needles(part: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from("\0".repeat(offset) + part).toString("base64");
    const first = Math.ceil((offset * 4) / 3);
    const last = Math.floor(((offset + part.length) * 4) / 3);
    return encoded.slice(first, last);
  });
}

/** Compressed parts: SSM's output and large plans may travel as base64 of gzip. */
function* unpack(text: string): Generator<{ readonly text: string }> {
  for (const [packed] of text.matchAll(/H4sI[A-Za-z0-9+/]{20,}={0,2}/g)) {
    try {
      yield { text: gunzipSync(Buffer.from(packed, "base64")).toString("utf8") };
    } catch {
      // Only looks like gzip.
    }
  }
}
