import { vi } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { fleetkeeper, type Ran } from "../cli/terminal.ts";
import { stateBucket } from "./fleet-world.ts";
import { HostFleet } from "./host-fleet.ts";

/** The sample fleet with a host that really answers, and an operator who types commands at it over loopback. */
export class TypedFleet implements AsyncDisposable {
  readonly fleet: HostFleet;
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(fleet: HostFleet, url: string, close: () => Promise<void>) {
    this.fleet = fleet;
    this.url = url;
    this.#close = close;
  }

  /** Settled, and with credentials in the environment until it is closed. */
  static async open(edit?: (body: string) => string): Promise<TypedFleet> {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    const fleet = await HostFleet.open(true, edit);
    await fleet.settle(20);
    const { url, close } = await listen(fleet.world.sandbox);
    return new TypedFleet(fleet, url, close);
  }

  type(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const { clock } = this.fleet.world;
    return fleetkeeper(
      `${line} --endpoint-url ${this.url} --bucket ${stateBucket}`,
      { AWS_REGION: "eu-central-1", ...env },
      process.cwd(),
      { now: () => clock.now(), sleep: (milliseconds) => clock.sleep(milliseconds) },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    vi.unstubAllEnvs();
    await this.#close();
    await this.fleet.close();
  }
}
