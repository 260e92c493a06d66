import type { TagRecord } from "./tag-state.ts";

export interface DocumentRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly defaultVersion: number;
  readonly owner: string;
  readonly targetType?: string;
  readonly displayName?: string;
  readonly tags: readonly TagRecord[];
  /** Oldest first. */
  readonly versions: readonly DocumentVersionRecord[];
}

export interface DocumentVersionRecord {
  readonly version: number;
  readonly versionName?: string;
  readonly content: string;
  readonly format: "JSON" | "YAML";
  /** SHA-256 of the content, in hexadecimal. */
  readonly hash: string;
  readonly createdAt: number;
  /** Until then it is `Creating` or `Updating`. */
  readonly activeAt: number;
}

/** A document's content once it has been read. */
export interface CommandDocument {
  readonly description: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly steps: readonly StepSpec[];
}

export interface ParameterSpec {
  readonly type: "String" | "StringList" | "Boolean" | "Integer" | "StringMap" | "MapList";
  readonly description?: string;
  readonly default?: unknown;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly minChars?: number;
  readonly maxChars?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Given to the script in its environment, not pasted into its text. */
  readonly byEnvironment: boolean;
}

export interface StepSpec {
  readonly name: string;
  readonly action: string;
  readonly runCommand: readonly string[];
  readonly workingDirectory?: string;
  /** A number, or a reference to a parameter. */
  readonly timeoutSeconds: string;
  /** Platforms on which it runs; none: all. */
  readonly platforms: readonly string[];
  readonly stopsOnFailure: boolean;
  readonly stopsOnSuccess: boolean;
  readonly runsLast: boolean;
}
