import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AwsConfig } from "../../shared/aws/clients.ts";

/** What a function touches of its process: passed in, so that tests run handlers in any world. */
export interface FunctionProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line, its end included, to the function's log. */
  write(line: string): void;
  now(): number;
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
  random(): number;
  newId(): string;
  /** How AWS is reached, where that isn't the SDK's own way. */
  readonly connection?: Pick<AwsConfig, "requestHandler" | "retry" | "credentials">;
}

/**
 * The real one. Lines go to standard output directly: what Lambda's own console would put in front of them breaks the
 * embedded metric format.
 */
export function lambdaProcess(): FunctionProcess {
  return {
    env: process.env,
    write: (line) => {
      process.stdout.write(line);
    },
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: async (milliseconds) => {
      await sleep(milliseconds);
    },
    random: Math.random,
    newId: randomUUID,
  };
}
