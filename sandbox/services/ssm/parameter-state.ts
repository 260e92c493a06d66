import type { ParameterTier, ParameterType } from "@aws-sdk/client-ssm";
import type { TagRecord } from "./tag-state.ts";

export interface ParameterRecord {
  readonly name: string;
  readonly type: ParameterType;
  readonly tags: readonly TagRecord[];
  /** Oldest first; at most a hundred. */
  readonly versions: readonly ParameterVersionRecord[];
}

export interface ParameterVersionRecord {
  readonly version: number;
  /** In clear, whatever the type: the sandbox has no key store. */
  readonly value: string;
  readonly tier: Exclude<ParameterTier, "Intelligent-Tiering">;
  readonly dataType: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly labels: readonly string[];
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly keyId?: string;
}

export function latestOf(parameter: ParameterRecord): ParameterVersionRecord {
  const latest = parameter.versions.at(-1);
  if (latest === undefined) throw new Error(`parameter ${parameter.name} has no version`);
  return latest;
}
