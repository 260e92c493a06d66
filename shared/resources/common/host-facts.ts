import * as z from "zod/mini";
import type { Json } from "../../engine/json.ts";

/*
 * What the facts document answers: all that one reconcile must know of a host. `null` is "could not be told" (unknown), never
 * "isn't there": what isn't there says so (`exists: false`, an empty list).
 */

const text = z.nullable(z.string());
const whole = z.nullable(z.int());

const mount = z.object({
  path: z.string(),
  /** False: nothing is mounted there, and what the directory holds is on the root volume. */
  mounted: z.boolean(),
  source: text,
  fileSystem: text,
  uuid: text,
  totalBytes: whole,
  availableBytes: whole,
});

const file = z.object({
  path: z.string(),
  exists: z.boolean(),
  /** SHA-256 of what write-files was last asked to write here; null where it never was. Secrets are still marks in it. */
  written: text,
  /** Whether the file is byte for byte what write-files left, secrets filled in. */
  intact: z.boolean(),
  /** SHA-256 of the content; null for files with secrets, whose digest would let weak ones be guessed. */
  sha256: text,
  /** Four octal digits. */
  mode: text,
  /** `user:group`, as numbers. */
  owner: text,
  size: whole,
  /** Seconds since the epoch. */
  modifiedAt: whole,
  /** SHA-256 as written, of the previous versions kept, newest first. */
  previous: z.array(z.string()),
  /** SecureStrings that were filled in, with the numbers of their versions; current null: could not be told. */
  secrets: z.optional(z.array(z.object({ parameter: z.string(), written: whole, current: whole }))),
});

const service = z.object({
  /** Of the compose file. */
  name: z.string(),
  container: z.string(),
  image: z.string(),
  /** As Docker has it: created, running, paused, restarting, removing, exited, dead. */
  state: z.string(),
  /** healthy, unhealthy, starting; `none` without a health check. */
  health: z.string(),
  exitCode: whole,
  /** RFC 3339, by the host's clock. */
  startedAt: text,
  restarts: whole,
  /** Of the compose file's block of this service, as docker compose computes it. */
  configHash: text,
});

const gitlab = z.object({
  container: z.string(),
  /** HTTP status of `/-/readiness?all=1`, asked inside the container; 0: nothing answered. */
  readiness: z.int(),
  /** `19.5.3-ee`. */
  version: text,
  /** Whether the initial root password is still in its file. */
  initialRootPassword: z.nullable(z.boolean()),
});

const runner = z.object({
  /** Whether there is a config.toml. */
  exists: z.boolean(),
  mode: text,
  size: whole,
  modifiedAt: whole,
  /** HMAC-SHA-256 of the whole file under the host's own key. */
  digest: text,
  /** The file with values that may be secrets replaced by `@@fleetkeeper-digest:HEX@@`. */
  redacted: text,
  systemId: text,
  /** What the manager's metrics say; null where it doesn't answer. */
  metrics: z.nullable(
    z.object({ version: text, configurationsLoaded: whole, loadingErrors: whole, concurrent: whole, jobs: whole }),
  ),
});

const machines = z.object({
  instance: z.string(),
  path: z.string(),
  mount: z.string(),
  sentinel: z.nullable(z.object({ volume: z.string(), generation: z.int() })),
  machines: z.array(z.object({ name: z.string(), instanceId: z.optional(z.string()) })),
  count: z.int(),
  hash: z.string(),
});

export const hostFactsSchema = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch, by the host's clock. */
  clock: z.int(),
  bootId: text,
  uptimeSeconds: whole,
  os: z.object({ id: text, version: text, kernel: text, architecture: text }),
  agentVersion: text,
  /** What write-capable documents have left: undefined epoch where none ever ran. */
  fence: z.nullable(z.object({ incarnation: z.string(), epoch: z.int() })),
  /** The document that holds the host's lock right now. */
  busy: text,
  /** Block devices, so that a volume can be found by its id (NVMe's serial number). */
  devices: z.array(
    z.object({
      path: z.string(),
      /** `vol-...`; null where the device has none. */
      volume: text,
      sizeBytes: whole,
      fileSystem: text,
      uuid: text,
      mountPoint: text,
    }),
  ),
  /** Of the data volume, once it is prepared. */
  sentinel: z.nullable(z.object({ volume: z.string(), generation: z.int() })),
  mounts: z.array(mount),
  docker: z.object({
    installed: z.boolean(),
    running: z.boolean(),
    version: text,
    compose: text,
    /** When prune-images ended last, in seconds since the epoch; null: never. */
    prunedAt: whole,
    /** SHA-256 of the drop-in with the daemon's proxies; null: there is none. Left out by documents of earlier versions. */
    proxy: z.optional(text),
  }),
  files: z.array(file),
  /** Null: docker could not be asked. Empty: no container of the project. */
  services: z.nullable(z.array(service)),
  /** What docker compose would make each service of now; null where it can't tell: no compose file, or a bad one. */
  composeHashes: z.nullable(z.array(z.object({ name: z.string(), hash: z.string() }))),
  gitlab: z.nullable(gitlab),
  runner: z.nullable(runner),
  /** By path below the data volume; null: could not be told. Missing from documents of earlier versions. */
  certificates: z.optional(
    z.nullable(
      z.array(
        z.object({
          path: z.string(),
          /** Seconds since the epoch; null: it can't be read. */
          notAfter: whole,
        }),
      ),
    ),
  ),
  /** The machines directory; null where it could not be read. */
  machines: z.nullable(machines),
  /** Machine names in the command lines of docker-machine processes; null: could not be told. */
  processes: z.nullable(z.array(z.string())),
});

export type HostFacts = z.infer<typeof hostFactsSchema>;

/** Facts out of a document's result; a sentence where it isn't what this version knows. */
export function readFacts(result: Json): HostFacts | { readonly why: string } {
  const parsed = hostFactsSchema.safeParse(result);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return { why: `the facts aren't of this version: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim() };
}
