import { awsServices, createSandbox } from "./aws.ts";
import { wallClock } from "./clock.ts";
import type { Hosts } from "./hosts/hosts.ts";
import { listen } from "./listen.ts";
import type { Sandbox } from "./sandbox.ts";
import { SnapshotFile } from "./snapshot-file.ts";

export interface StartOptions {
  /** Epoch milliseconds of the real world. */
  readonly now: () => number;
  /** Default 4566; 0 takes any free one. */
  readonly port?: number;
  /** Where state is kept. Default: nowhere. */
  readonly directory?: string;
  readonly account?: string;
  readonly region?: string;
  /** Of the ids that are given out. Default 1. */
  readonly seed?: number;
  /** They run what is sent to instances; closed with the sandbox. Default: commands are only recorded. */
  readonly hosts?: Hosts;
}

export interface RunningSandbox {
  readonly sandbox: Sandbox;
  /** `http://127.0.0.1:4566`, for `--endpoint-url`. */
  readonly url: string;
  /** Stops answering and waits until the state is kept. */
  close(): Promise<void>;
}

/**
 * The embedded AWS as a server on loopback. Throws where the port is taken or the directory can't be used.
 */
export async function startSandbox(options: StartOptions): Promise<RunningSandbox> {
  const { account, region, seed, hosts } = options;
  const sandbox = createSandbox({
    services: awsServices({ ssm: { waitsForScripts: false, ...(hosts === undefined ? {} : { runner: hosts }) } }),
    clock: wallClock(options.now),
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    ...(seed === undefined ? {} : { seed }),
    ...(hosts === undefined ? {} : { hosts }),
    callLimit: 10_000,
  });
  const file = options.directory === undefined ? undefined : await SnapshotFile.attach(sandbox, options.directory);
  const server = await listen(sandbox, options.port ?? 4566).catch(async (error: unknown) => {
    await file?.close();
    throw error;
  });
  return {
    sandbox,
    url: server.url,
    async close() {
      await server.close();
      await hosts?.close();
      await file?.close();
    },
  };
}
