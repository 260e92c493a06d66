import { compareGitLabVersions, type GitLabVersion, parseGitLabVersion } from "./gitlab-version.ts";

/*
 * Omnibus settings that the file has a field for, by `section` or `section.setting`; `*` at the end stands for any rest.
 * A typed field set twice is an error, not a question of which one wins.
 */
const typed: readonly { readonly setting: string; readonly field: string }[] = [
  { setting: "external_url", field: "externalUrl" },
  { setting: "registry_external_url", field: "registry" },
  { setting: "letsencrypt.*", field: "tls" },
  { setting: "nginx.listen_https", field: "tls" },
  { setting: "nginx.ssl_certificate", field: "tls" },
  { setting: "nginx.ssl_certificate_key", field: "tls" },
  { setting: "registry.enable", field: "registry.enabled" },
  { setting: "registry_nginx.listen_port", field: "registry.port" },
  { setting: "gitlab_rails.gitlab_shell_ssh_port", field: "gitSshPort" },
  { setting: "gitlab_rails.smtp_*", field: "smtp" },
  { setting: "gitlab_rails.gitlab_email_from", field: "smtp.from" },
  { setting: "gitlab_rails.gitlab_email_reply_to", field: "smtp.replyTo" },
  { setting: "gitlab_rails.time_zone", field: "timeZone" },
  { setting: "gitlab_rails.backup_upload_*", field: "backups" },
  { setting: "gitlab_rails.backup_path", field: "backups" },
  { setting: "gitlab_rails.backup_keep_time", field: "backups.retention" },
  { setting: "prometheus.enable", field: "monitoring.prometheus.enabled" },
];

/** The field below `spec.host` that says the same, or undefined. @param setting undefined for a section that is a value itself */
export function isTypedSetting(section: string, setting: string | undefined): string | undefined {
  const name = setting === undefined ? section : `${section}.${setting}`;
  return typed.find((entry) =>
    entry.setting.endsWith("*") ? name.startsWith(entry.setting.slice(0, -1)) : entry.setting === name,
  )?.field;
}

/** A setting, or a whole section, that GitLab doesn't start with from some version on. */
export interface RemovedSetting {
  /** `section` or `section.setting`. */
  readonly name: string;
  readonly since: string;
  readonly instead: string;
}

/*
 * An unknown or removed one stops the container at every start. Sources, read 2026-11: omnibus-gitlab's
 * files/gitlab-cookbooks/package/libraries/deprecations.rb and GitLab's deprecations page (docs.gitlab.com/update/deprecations);
 * grafana: omnibus-gitlab issue 8773 and merge request 7603; mattermost, spamcheck: merge request 9408, work item 9916.
 */
const removedSettings: readonly RemovedSetting[] = [
  { name: "omnibus_gitconfig", since: "17.0.0", instead: "Use gitaly.configuration with git.config." },
  { name: "sidekiq.max_concurrency", since: "17.0.0", instead: "Use sidekiq.concurrency." },
  { name: "sidekiq.min_concurrency", since: "17.0.0", instead: "Use sidekiq.concurrency." },
  { name: "sidekiq.queue_selector", since: "17.0.0", instead: "Use sidekiq.routing_rules." },
  { name: "sidekiq.negate", since: "17.0.0", instead: "Use sidekiq.routing_rules." },
  { name: "grafana", since: "17.1.0", instead: "Use spec.host.monitoring.grafana: Grafana runs beside GitLab." },
  { name: "git_data_dirs", since: "18.0.0", instead: "Use gitaly.configuration with storage." },
  { name: "gitlab_shell.migration", since: "18.0.0", instead: "Leave it out: GitLab has ignored it since 17.3." },
  { name: "mattermost", since: "19.0.0", instead: "Run Mattermost on its own and set gitlab_rails.mattermost_host." },
  { name: "mattermost_external_url", since: "19.0.0", instead: "Set gitlab_rails.mattermost_host." },
  { name: "mattermost_nginx", since: "19.0.0", instead: "Run Mattermost on its own." },
  { name: "spamcheck", since: "19.0.0", instead: "Run Spamcheck on its own." },
  {
    name: "registry.default_notifications_threshold",
    since: "19.0.0",
    instead: "Use registry.default_notifications_maxretries.",
  },
];

/** Why a version doesn't start with this setting, or undefined. @param setting undefined for a section that is a value itself */
export function removedSetting(
  section: string,
  setting: string | undefined,
  version: GitLabVersion,
): RemovedSetting | undefined {
  return removedSettings.find(
    ({ name, since }) =>
      (name === section || name === `${section}.${setting}`) &&
      compareGitLabVersions(version, parseGitLabVersion(since) ?? version) >= 0,
  );
}

/** Every setting of the file that a version doesn't start with, each once. */
export function removedSettingsIn(
  gitlab: { readonly omnibus: object; readonly omnibusSecrets: object },
  version: GitLabVersion,
): readonly RemovedSetting[] {
  const used = Object.entries(gitlab.omnibus).flatMap(([section, settings]): [string, string | undefined][] =>
    typeof settings === "object" && settings !== null
      ? [[section, undefined], ...Object.keys(settings).map((key): [string, string] => [section, key])]
      : [[section, undefined]],
  );
  const secrets = Object.keys(gitlab.omnibusSecrets).map((path): [string, string | undefined] => {
    const [section = "", setting] = path.split(".");
    return [section, setting];
  });
  const found = [...used, ...secrets].flatMap(([section, setting]) => removedSetting(section, setting, version) ?? []);
  return [...new Set(found)];
}

/** Sections and settings that some version has removed: our own list's words, no file's. */
export function removedNames(): readonly string[] {
  return removedSettings.flatMap(({ name }) => [name, ...name.split(".")]);
}
