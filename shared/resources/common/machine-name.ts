/**
 * How the runner manager names the machines that docker-machine makes for it, and how it finds them again. The name is
 * `runner-<short token>-<MachineName>`, with `%s` in MachineName replaced by `<unix seconds>-<8 hexadecimal digits>`.
 *
 * Source: gitlab-runner `executors/docker/machine/name.go`, `helpers/shorten_token.go`, `helpers/dns/utils.go`.
 */

/** What a name of one `[[runners]]` section looks like, before and after its `<unix seconds>-<8 hexadecimal digits>`. */
export interface MachineNamePattern {
  readonly prefix: string;
  readonly suffix: string;
}

export interface ParsedMachineName {
  /** Epoch milliseconds; the name holds whole seconds. */
  readonly createdAt: number;
  /** 8 lower-case hexadecimal digits. */
  readonly random: string;
}

const placeholder = "%s";
const stamp = /^(\d{1,12})-([0-9a-f]{8})$/;

const authenticationToken = /^glrt-(t[123]_)?|^t[123]_|^glrtr-/;
const jobToken = /^glcbt-/;
const registrationToken = /^GR[0-9A-Fa-f]{7}/;

/** The first nine characters of a token without its kind and partition; public (`CI_RUNNER_SHORT_TOKEN`), not a secret. */
export function shortToken(token: string): string {
  return token.replace(authenticationToken, "").replace(jobToken, "").replace(registrationToken, "").slice(0, 9);
}

/** A short token as it appears in names: lower case, letters, digits and hyphens only, not led by a hyphen. */
export function shortTokenInNames(short: string): string {
  return short
    .toLowerCase()
    .replace(/[^-a-z0-9]/g, "")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63);
}

/**
 * The pattern of one section's machines.
 *
 * @param short as {@link shortToken} gives it; where nothing of it is left for names, the runner leaves the head out
 * @param template `MachineName`; undefined is answered where it doesn't hold `%s` exactly once, for such names can't be told apart
 */
export function machineNamePattern(short: string, template: string): MachineNamePattern | undefined {
  const parts = template.split(placeholder);
  const [before, after] = parts;
  if (parts.length !== 2 || before === undefined || after === undefined) return undefined;
  const label = shortTokenInNames(short);
  return { prefix: label === "" ? before : `runner-${label}-${before}`, suffix: after };
}

export function machineNameOf(pattern: MachineNamePattern, createdAt: number, random: string): string {
  return `${pattern.prefix}${Math.floor(createdAt / 1000)}-${random}${pattern.suffix}`;
}

/** Undefined unless the name is exactly prefix, stamp and suffix: `prod` never matches machines of `prod-eu`. */
export function parseMachineName(name: string, pattern: MachineNamePattern): ParsedMachineName | undefined {
  if (name.length <= pattern.prefix.length + pattern.suffix.length) return undefined;
  if (!name.startsWith(pattern.prefix) || !name.endsWith(pattern.suffix)) return undefined;
  const match = stamp.exec(name.slice(pattern.prefix.length, name.length - pattern.suffix.length));
  const [, seconds, random] = match ?? [];
  if (seconds === undefined || random === undefined) return undefined;
  return { createdAt: Number(seconds) * 1000, random };
}

/**
 * Whether the running manager takes a directory's machine for its own. Looser than {@link parseMachineName}: it scans for
 * the text before `%s` and then anything without a space, so one section's prefix may swallow another's machines.
 */
export function managerAdopts(name: string, pattern: MachineNamePattern): boolean {
  if (!name.startsWith(pattern.prefix)) return false;
  return /^\s*\S/.test(name.slice(pattern.prefix.length));
}
