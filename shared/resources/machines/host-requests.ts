import type { HostCommand } from "../common/host-command.ts";

/**
 * What a host must be told to ask GitLab: the runner kind's surroundings (fleet, secrets' prefix, where GitLab is, the time), as
 * they go into the request.
 */
export type GitLabSurroundings = Readonly<Record<string, unknown>>;

/** Result: see {@link gitLabAnswer}. */
export function askGitLabRequest(around: GitLabSurroundings, traces: boolean): HostCommand {
  const records = [["request", JSON.stringify({ ...around, traces })]] as const;
  return { document: "ask-gitlab", fenced: false, records };
}

/** Result: `{removed, gone, kept: [{name, why}]}`. @param instanceId as config.json named it when it was listed */
export function removeDirectoryRequest(name: string, instanceId: string | undefined): HostCommand {
  return { document: "remove-directories", records: [["directory", name, instanceId ?? ""]] };
}

/** Result: `{removed, gone, kept: [{name, why}]}`, rows as `runner/system id`. */
export function removeManagerRowRequest(around: GitLabSurroundings, runner: number, systemId: string): HostCommand {
  const records = [["request", JSON.stringify({ ...around, rows: [{ runner, systemId }] })]] as const;
  return { document: "remove-manager-rows", records };
}
