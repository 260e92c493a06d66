import type { HostCommand } from "../common/host-command.ts";

/** Where a host finds GitLab, and as whom it speaks to it. Names of secrets, never their values. */
export type GitLabPlace = {
  readonly url: string;
  /** In a container of this host: then the host makes its own API token. */
  readonly own: boolean;
  readonly apiTokenSecret?: string;
  readonly registrationTokenSecret?: string;
};

/** What every request about runners says. */
export type RunnerSurroundings = {
  readonly fleet: string;
  /** Of the secrets' parameters: `/fleetkeeper/acme/secrets/`. */
  readonly secretPrefix: string;
  readonly gitlab: GitLabPlace;
  /** Epoch milliseconds; ends of tokens are judged by it. */
  readonly now: number;
};

/** Attributes of a runner by GitLab's names (API, "Create a runner linked to a user"); all of them, so that none is left over. */
export type RunnerAttributes = {
  readonly description: string;
  readonly tag_list: readonly string[];
  readonly run_untagged: boolean;
  readonly locked: boolean;
  readonly paused: boolean;
  readonly access_level: "not_protected" | "ref_protected";
  /** Seconds; null: no limit of its own. */
  readonly maximum_timeout: number | null;
  /** Only where the file says one. */
  readonly maintenance_note?: string;
};

export type RunnerScope = {
  readonly runner_type: "instance_type" | "group_type" | "project_type";
  readonly group_id?: number;
  readonly project_id?: number;
};

export interface RegistrationRequest {
  /** `name` of its [[runners]]. */
  readonly section: string;
  readonly attributes: RunnerAttributes;
  readonly scope: RunnerScope;
  readonly flow: "authentication-token" | "registration-token";
}

/** What config.toml should say, as TOML with marks for secrets, and whether it is owned whole. */
export interface ConfigTemplate {
  readonly template: string;
  readonly exclusive: boolean;
}

/** Result: see `reading.ts`. @param quiesced sections that are on their way to have no job and no machine */
export function readRunnerRequest(
  around: RunnerSurroundings,
  { template }: ConfigTemplate,
  quiesced: readonly string[] = [],
): HostCommand {
  return { ...request("read-runner", around, { template, quiesced }), fenced: false };
}

/** As read-runner, with what people ask for beside: jobs and managers, as GitLab has them. Fetches no secret but the API token. */
export function tellRunnersRequest(around: RunnerSurroundings): HostCommand {
  return { ...request("read-runner", around, { template: "", quiesced: [], details: true }), fenced: false };
}

/** @param parts names of sections, and `""` for the global part @param base digest of the file that the plan was made on */
export function writeRunnerRequest(
  around: RunnerSurroundings,
  { template, exclusive }: ConfigTemplate,
  parts: readonly string[],
  base?: string,
): HostCommand {
  return request("write-runner", around, { template, exclusive, parts, ...(base === undefined ? {} : { base }) });
}

/** As write-runner, for what the manager reads at its start only. Result: `{drained, jobs}`. @param wait seconds, at most 800 */
export function restartRunnerRequest(
  around: RunnerSurroundings,
  config: ConfigTemplate,
  parts: readonly string[],
  wait: number,
): HostCommand {
  return request("restart-runner", around, { ...config, parts }, String(wait));
}

/** Result: `{id, leftoversEnded, changed, lint, loaded}`. */
export function registerRunnerRequest(
  around: RunnerSurroundings,
  { template, exclusive }: ConfigTemplate,
  registration: RegistrationRequest,
): HostCommand {
  return request("register-runner", around, { template, exclusive, ...registration });
}

export function updateRunnerRequest(around: RunnerSurroundings, registration: RegistrationRequest): HostCommand {
  return request("update-runner", around, { ...registration });
}

export function unregisterRunnerRequest(around: RunnerSurroundings, section: string, scope: RunnerScope): HostCommand {
  return request("unregister-runner", around, { section, scope });
}

/** Makes the new token that was asked for; nothing where none was, or the runner has a new one meanwhile. Result: `{id, rotated}`. */
export function rotateRunnerRequest(
  around: RunnerSurroundings,
  { template, exclusive }: ConfigTemplate,
  section: string,
): HostCommand {
  return request("rotate-runner", around, { template, exclusive, section, phase: "do" });
}

/** Leaves a note on the host that a section's token is to be made anew, or takes it away. Result: `{asked}`. */
export function askRotationRequest(around: RunnerSurroundings, section: string, phase: "ask" | "cancel"): HostCommand {
  return request("rotate-runner", around, { section, phase });
}

/** Result: `{quiet, jobs, machines}`; asked again until it is quiet. @param wait seconds */
export function quiesceRunnerRequest(around: RunnerSurroundings, section: string, wait: number): HostCommand {
  return request("quiesce-runner", around, { section, wait });
}

/** For a GitLab of this host. Result: `{expires}`, in seconds since the epoch. */
export function makeApiTokenRequest(around: RunnerSurroundings): HostCommand {
  return request("make-api-token", around, {});
}

function request(
  document: string,
  around: RunnerSurroundings,
  more: object,
  ...fields: readonly string[]
): HostCommand {
  return { document, records: [["request", JSON.stringify({ ...around, ...more }), ...fields]] };
}
