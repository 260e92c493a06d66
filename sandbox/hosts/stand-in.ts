import type { SandboxClock } from "../clock.ts";
import type { GitLabApi } from "../gitlab/api.ts";
import type { SandboxRandom } from "../random.ts";
import type { HostFiles } from "./host-files.ts";
import type { HostRecord, HostsState } from "./host-state.ts";

/** One call of a program that a host's namespace can't have for real. */
export interface StandInRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** Read only where the arguments say that the program reads it. */
  readonly stdin: Uint8Array;
}

export interface StandInAnswer {
  /** Default 0. */
  readonly exitCode?: number;
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string;
  /** A file inside, which gets the output in place of standard output. */
  readonly outputFile?: string;
  /** Run inside the namespace before the answer is printed: what needs its mounts. */
  readonly inside?: string;
}

/** What a stand-in knows of its host: the same for all, handed in anew for each call. */
export interface StandInContext {
  readonly host: HostRecord;
  readonly hosts: HostsState;
  readonly files: HostFiles;
  readonly clock: SandboxClock;
  /** Epoch milliseconds as the machine has them, which is what runs inside sees. */
  readonly realTime: () => number;
  readonly random: SandboxRandom;
  /** The GitLab of these hosts: the one in their container, or one elsewhere. */
  readonly gitlab: GitLabApi;
  readonly region: string;
  readonly devices: readonly HostDevice[];
  /** The instance's role: an AWS client's settings, or why there are none. */
  readonly settings: () => Promise<InstanceSettings | string>;
  /** SHA-256 by URL, of what the sandbox hands out without having it. */
  readonly artifacts: Readonly<Record<string, string>>;
}

export interface InstanceSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  readonly requestHandler: import("../sdk-handler.ts").SandboxHandler;
}

/** An attached volume as the host sees it. */
export interface HostDevice {
  /** `/dev/nvme1n1`. */
  readonly path: string;
  readonly volumeId: string;
  /** Bytes. */
  readonly size: number;
  readonly isRoot: boolean;
}

export type StandIn = (request: StandInRequest, context: StandInContext) => StandInAnswer | Promise<StandInAnswer>;

export function text(stdout: string): StandInAnswer {
  return { stdout };
}

export function trouble(stderr: string, exitCode = 1): StandInAnswer {
  return { exitCode, stderr: `${stderr}\n` };
}

/**
 * Options and the rest. `flags` take no value; every other `--name` or `-n` takes the next argument or what follows `=`.
 * Everything from the first operand on is left to `rest` where `stopAtOperand` is set.
 */
export function parseArgs(
  args: readonly string[],
  flags: readonly string[],
  stopAtOperand = false,
): { readonly options: ReadonlyMap<string, readonly string[]>; readonly rest: readonly string[] } {
  const options = new Map<string, string[]>();
  const rest: string[] = [];
  const put = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    const equals = /^(--[A-Za-z-]+)=(.*)$/s.exec(arg);
    if (equals !== null) put(equals[1] ?? "", equals[2] ?? "");
    else if (arg.length > 1 && arg.startsWith("-")) {
      if (flags.includes(arg)) put(arg, "");
      else {
        index += 1;
        put(arg, args[index] ?? "");
      }
    } else if (stopAtOperand) return { options, rest: args.slice(index) };
    else rest.push(arg);
  }
  return { options, rest };
}
