import type { Keys, KeyType } from "../../desired/runners/key-type.ts";
import { configKeys, keyIn } from "../../desired/runners/keys.ts";
import type { ConfigPath } from "../../desired/runners/lint.ts";

/** Keys that hold a credential and nothing else. */
export const credentialKeys: readonly string[] = [
  "token",
  "sentry_dsn",
  "AccessKey",
  "SecretKey",
  "SessionToken",
  "PrivateKey",
  "AccountKey",
  "password",
];

/**
 * Keys whose values may be secrets: credentials, and what people put credentials into. They, tables of which the runner
 * knows no keys, and every key that isn't on the closed list, leave the host as keyed digests only.
 */
const undisclosed: ReadonlySet<string> = new Set([
  ...credentialKeys,
  "CredentialsFile",
  "environment",
  "pre_get_sources_script",
  "post_get_sources_script",
  "pre_build_script",
  "post_build_script",
  "instance_ready_command",
  "volume_driver_ops",
  "command",
  "entrypoint",
  "config_args",
  "prepare_args",
  "run_args",
  "cleanup_args",
  "collector_uri",
]);

/** Machine options that hold credentials; each option is judged by its own key. */
const undisclosedOptions =
  /^(?:amazonec2-(?:access-key|secret-key|session-token|endpoint)|engine-env|engine-opt|engine-registry-mirror)$/;

/** Whether a value may leave the host as it is. @param path without the values of array indexes that matter */
export function mayLeaveHost(path: ConfigPath): boolean {
  let keys: Keys | undefined = configKeys;
  for (const part of path) {
    if (typeof part === "number") continue;
    if (keys === undefined) return false;
    const known = keyIn(keys, part);
    if (known === undefined || undisclosed.has(known.name)) return false;
    const { type } = known;
    if (typeof type === "object") keys = "table" in type ? type.table : type.tables;
    else if (type === "free") return false;
    else return true;
  }
  return true;
}

/** Whether the key holds no text: a text at its place was put there by mistake, and may be anything. */
export function holdsNoText(type: KeyType): boolean {
  return typeof type === "string" && !/^(?:string|duration|free)|Map$/.test(type);
}

/** The same for one of `MachineOptions`: amazonec2 options only, and not the ones with credentials. */
export function optionMayLeaveHost(option: string): boolean {
  const key = option.split("=", 1)[0] ?? "";
  return /^(?:amazonec2|engine)-/.test(key) && !undisclosedOptions.test(key);
}

/** A credential where none belongs: in an address, or a token of GitLab's anywhere. The host's program has the same rule. */
export function looksSecret(text: string): boolean {
  return /:\/\/[^/\s@]+@|(?<![0-9A-Za-z])gl[a-z]{2,6}-[0-9A-Za-z_-]{12,}/.test(text);
}

const digestShape = /^@@fleetkeeper-digest:([0-9a-f]{16,64})@@$/;

/** Stands where the host reports a digest instead of a value. */
export function digestMark(hex: string): string {
  return `@@fleetkeeper-digest:${hex}@@`;
}

export function digestIn(text: string): string | undefined {
  return digestShape.exec(text)?.[1];
}
