import type { AwsConfig } from "./clients.ts";
import type { Readers, Writers } from "./ports.ts";

/** Readers and writers by the SDK. Each service's client is loaded by the first that asks: the larger part of a cold start. */
export async function openReaders(config: AwsConfig): Promise<Readers> {
  const { sdkReaders } = await import("./sdk-ports.ts");
  return sdkReaders(config);
}

/** @param beforeAttempt called right before each attempt of each call; what it throws stops the call */
export async function openWriters(config: AwsConfig): Promise<(beforeAttempt: () => void) => Writers> {
  const { sdkWriters } = await import("./sdk-ports.ts");
  return (beforeAttempt) => sdkWriters(config, beforeAttempt);
}
