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

/**
 * Sections that later versions don't know: an unknown one stops the container at every start. Sources: GitLab's deprecation
 * pages and Omnibus's removal of each.
 */
export const removedSections: readonly { readonly name: string; readonly since: string; readonly instead: string }[] = [
  { name: "grafana", since: "17.1.0", instead: "Use spec.host.monitoring.grafana: Grafana runs beside GitLab." },
];
