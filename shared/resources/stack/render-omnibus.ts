import type { Fleet } from "../../desired/fleet.ts";
import { secretPath } from "../../desired/names.ts";
import { Failure } from "../../engine/failure.ts";
import { type RubyValue, rubyLiteral, SecretValue } from "./ruby.ts";

type Host = NonNullable<Fleet["spec"]["host"]>;
type Settings = Record<string, Record<string, RubyValue>>;

/** Where the container sees the files of `stack/gitlab`. */
export const omnibusDirectory = "/etc/fleetkeeper";

/**
 * GitLab's settings as Ruby of literals alone: what the file has fields for first, then its further settings. Secrets stand
 * in it as marks.
 */
export function renderOmnibus(fleet: Fleet, host: Host): string {
  const settings = typedSettings(fleet, host);
  const plain = new Map<string, RubyValue>([["external_url", host.externalUrl]]);
  if (host.registry.enabled) plain.set("registry_external_url", registryUrl(host));
  for (const [section, value] of Object.entries(host.gitlab.omnibus)) {
    if (typeof value !== "object") plain.set(section, value);
    else settings[section] = { ...settings[section], ...value };
  }
  for (const [setting, secret] of Object.entries(host.gitlab.omnibusSecrets)) {
    const [section = "", ...path] = setting.split(".");
    const value = new SecretValue(secretPath(fleet.metadata.name, secret));
    settings[section] = withSecret(settings[section] ?? {}, path, value, setting) as Record<string, RubyValue>;
  }
  const lines = [
    ...[...plain].map(([name, value]) => `${name} ${rubyLiteral(value)}`),
    ...Object.entries(settings).flatMap(([section, values]) =>
      Object.entries(values).map(([key, value]) => `${section}['${key}'] = ${rubyLiteral(value)}`),
    ),
  ];
  return `# Written by Fleetkeeper; changes by hand are put back.\n${lines.join("\n")}\n`;
}

function registryUrl(host: Host): string {
  const { protocol, hostname } = new URL(host.externalUrl);
  return `${protocol}//${hostname}:${host.registry.port}`;
}

function typedSettings(fleet: Fleet, host: Host): Settings {
  const rails: Record<string, RubyValue> = {
    time_zone: host.timeZone,
    ...(host.gitSshPort === undefined ? {} : { gitlab_shell_ssh_port: host.gitSshPort }),
    ...smtpSettings(fleet, host),
  };
  return {
    gitlab_rails: rails,
    ...tlsSettings(host),
    // Prometheus and Grafana run beside GitLab.
    prometheus: { enable: false },
    prometheus_monitoring: { enable: false },
    ...(host.registry.enabled ? {} : { registry: { enable: false } }),
    ...proxySettings(host),
  };
}

function tlsSettings({ tls, externalUrl, registry }: Host): Settings {
  const https = externalUrl.startsWith("https:");
  switch (tls.type) {
    case "LetsEncrypt":
      return {
        letsencrypt: {
          enable: true,
          auto_renew: true,
          ...(tls.contact === undefined ? {} : { contact_emails: [tls.contact] }),
        },
        nginx: { redirect_http_to_https: true },
      };
    case "Secret": {
      const certificate = {
        ssl_certificate: `${omnibusDirectory}/tls.crt`,
        ssl_certificate_key: `${omnibusDirectory}/tls.key`,
      };
      return {
        letsencrypt: { enable: false },
        nginx: { ...certificate, redirect_http_to_https: true },
        ...(registry.enabled ? { registry_nginx: certificate } : {}),
      };
    }
    case "None":
      return {
        letsencrypt: { enable: false },
        // Something in front ends TLS, so that GitLab speaks HTTP under an https URL.
        ...(https
          ? {
              nginx: { listen_https: false, listen_port: 80 },
              ...(registry.enabled ? { registry_nginx: { listen_https: false, listen_port: registry.port } } : {}),
            }
          : {}),
      };
  }
}

const authentication = { Login: "login", Plain: "plain", CramMd5: "cram_md5" } as const;

function smtpSettings(fleet: Fleet, { smtp }: Host): Record<string, RubyValue> {
  if (smtp === undefined) return {};
  const { passwordSecret } = smtp;
  return {
    smtp_enable: true,
    smtp_address: smtp.address,
    smtp_port: smtp.port,
    ...(smtp.userName === undefined ? {} : { smtp_user_name: smtp.userName }),
    ...(passwordSecret === undefined
      ? {}
      : { smtp_password: new SecretValue(secretPath(fleet.metadata.name, passwordSecret)) }),
    ...(smtp.domain === undefined ? {} : { smtp_domain: smtp.domain }),
    ...(smtp.authentication === "None" ? {} : { smtp_authentication: authentication[smtp.authentication] }),
    smtp_enable_starttls_auto: smtp.encryption === "StartTls",
    smtp_tls: smtp.encryption === "Tls",
    smtp_openssl_verify_mode: "peer",
    gitlab_email_from: smtp.from,
    ...(smtp.replyTo === undefined ? {} : { gitlab_email_reply_to: smtp.replyTo }),
  };
}

function proxySettings(host: Host): Settings {
  const env = proxyEnvironment(host);
  if (Object.keys(env).length === 0) return {};
  return Object.fromEntries(
    ["gitlab_rails", "gitaly", "gitlab_workhorse", "gitlab_pages"].map((section) => [section, { env }]),
  ) as Settings;
}

/** Both spellings: programs differ in which they read. Loopback, metadata and the containers never go through a proxy. */
export function proxyEnvironment({ proxy, externalUrl }: Host): Readonly<Record<string, string>> {
  if (proxy === undefined || (proxy.http === undefined && proxy.https === undefined)) return {};
  const direct = ["localhost", "127.0.0.1", "169.254.169.254", "gitlab", "gitlab-runner", "prometheus", "grafana"];
  const none = [...new Set([...direct, new URL(externalUrl).hostname, ...proxy.noProxy])].join(",");
  const variables = {
    ...(proxy.http === undefined ? {} : { http_proxy: proxy.http }),
    ...(proxy.https === undefined ? {} : { https_proxy: proxy.https }),
    no_proxy: none,
  };
  const upper = Object.entries(variables).map(([name, value]) => [name.toUpperCase(), value] as const);
  return { ...variables, ...Object.fromEntries(upper) };
}

/** Puts a secret at its place; a member of a list by its number. */
function withSecret(
  at: RubyValue | undefined,
  path: readonly string[],
  secret: SecretValue,
  setting: string,
): RubyValue {
  const [key, ...rest] = path;
  if (key === undefined) return secret;
  if (Array.isArray(at)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > at.length) throw misplaced(setting);
    const members = at as readonly RubyValue[];
    const next = [...members];
    next[index] = withSecret(members[index], rest, secret, setting);
    return next;
  }
  if (at !== undefined && (typeof at !== "object" || at instanceof SecretValue)) throw misplaced(setting);
  const members = (at ?? {}) as { readonly [key: string]: RubyValue };
  return { ...members, [key]: withSecret(members[key], rest, secret, setting) };
}

function misplaced(setting: string): Failure {
  return new Failure({
    code: "BadOmnibusSecret",
    class: "terminal",
    message: `spec.host.gitlab.omnibusSecrets names ${setting}, which leads through a value that has no such part`,
    hint: "Correct the path, or spec.host.gitlab.omnibus.",
  });
}
