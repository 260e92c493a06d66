import { vi } from "vitest";
import { type Listening, listen } from "../../sandbox/listen.ts";
import { fleetkeeper, type Ran } from "../cli/terminal.ts";
import { credentialsOf } from "./deployed.ts";
import { account, region } from "./environment.ts";
import type { FunctionWorld } from "./function-world.ts";
import type { HostLife } from "./host-life.ts";

/**
 * A person in the role that people assume, for one fleet, who types commands. To the command it is an account and not the
 * embedded AWS: the SDK alone knows where it goes, so that machines are marked and deleted by the functions.
 */
export class PeopleRole {
  readonly #world: FunctionWorld;
  readonly #fleet: string;
  readonly #server: Listening;

  private constructor(world: FunctionWorld, fleet: string, server: Listening) {
    this.#world = world;
    this.#fleet = fleet;
    this.#server = server;
  }

  static async open(world: FunctionWorld, fleet: string): Promise<PeopleRole> {
    return new PeopleRole(world, fleet, await listen(world.sandbox));
  }

  async type(line: string): Promise<Ran> {
    const { clock, sandbox } = this.#world;
    const session = credentialsOf(sandbox, "fleetkeeper-teardown", this.#fleet);
    vi.stubEnv("AWS_ACCESS_KEY_ID", session.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", session.secretAccessKey);
    vi.stubEnv("AWS_SESSION_TOKEN", session.sessionToken);
    vi.stubEnv("AWS_ENDPOINT_URL", this.#server.url);
    try {
      return await fleetkeeper(
        // Said to be none, or the command would take it from the environment, and the embedded AWS for what it is.
        `${line} --endpoint-url= --bucket fleetkeeper-state-${account}-${region} --fleet ${this.#fleet}`,
        { AWS_REGION: region, FLEETKEEPER_BOUNDARY: `arn:aws:iam::${account}:policy/fleetkeeper-boundary` },
        process.cwd(),
        { now: () => clock.now(), sleep: (milliseconds) => clock.sleep(milliseconds) },
      );
    } finally {
      vi.unstubAllEnvs();
    }
  }

  /** Reconciles until everything is as declared. Whatever was put right too often is put right all the same. */
  async settle(life: HostLife, most = 12): Promise<void> {
    for (let runs = 0; runs < most; runs += 1) {
      await this.type("reconcile --force");
      if ((await life.unsettled()).length === 0) return;
      await life.world.clock.sleep(60_000);
    }
    throw new Error(`not settled: ${(await life.unsettled()).join("\n")}`);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
