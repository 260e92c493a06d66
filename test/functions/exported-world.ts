import { IAMClient } from "@aws-sdk/client-iam";
import { vi } from "vitest";
import { type Loopback, loopback } from "../cli/loopback.ts";
import { lambdaContext } from "./context.ts";
import { bucket, functionEnvironment, makeWorkerRole } from "./environment.ts";

export const invocationId = "11111111-2222-4333-8444-555555555555";

/** What surrounds an exported handler in Lambda: its environment, AWS, and a log that is read from standard output. */
export class ExportedWorld {
  readonly cloud: Loopback;
  readonly #lines: string[] = [];

  private constructor(cloud: Loopback) {
    this.cloud = cloud;
  }

  static async open(): Promise<ExportedWorld> {
    const world = new ExportedWorld(await loopback(bucket));
    const { url } = world.cloud;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    await makeWorkerRole(new IAMClient({ region: "eu-central-1", endpoint: url, credentials }));
    for (const [name, value] of Object.entries(functionEnvironment)) vi.stubEnv(name, value);
    vi.stubEnv("AWS_ENDPOINT_URL", url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      world.#lines.push(...String(chunk).split("\n").filter(Boolean));
      return true;
    });
    return world;
  }

  /** Beside the event. @param left milliseconds until Lambda ends the process */
  context(name: string, left = 300_000) {
    return lambdaContext(name, invocationId, () => left);
  }

  logged(event: string): readonly Record<string, unknown>[] {
    return this.#lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line["event"] === event);
  }

  async close(): Promise<void> {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await this.cloud[Symbol.asyncDispose]();
  }
}
