import { choice, flag, goDuration, integer, type SettingTable, seconds, secret, stringMap, text } from "./setting.ts";

/** The global section. Source: GitLab Runner docs, "The global section". */
export const managerSettings = {
  checkInterval: seconds("check_interval", "How often GitLab is asked for jobs. The runner's own default is 3s.", "3s"),
  listenAddress: text(
    "listen_address",
    "Where the manager serves its metrics. Read at start only: a change restarts the manager. Default: :9252.",
    ":9252",
  ),
  logLevel: choice(
    "log_level",
    ["debug", "info", "warn", "warning", "error", "fatal", "panic"],
    "How much the manager logs.",
    "info",
  ),
  logFormat: choice("log_format", ["runner", "text", "json"], "How the manager logs.", "json"),
  user: text(
    "user",
    "The user that jobs of the shell executor run as. Of no use to a fleet of machines.",
    "gitlab-runner",
  ),
  sentryDsnSecret: secret("sentry_dsn", "Where the manager reports its own errors.", "sentry-dsn"),
  connectionMaxAge: goDuration("connection_max_age", "How long a connection to GitLab is kept.", "15m"),
  shutdownTimeout: seconds("shutdown_timeout", "How long a forced shutdown may take before the process exits.", "5m"),
  labels: stringMap("labels", "Labels of every runner, for GitLab's job metrics.", { team: "platform" }),
} as const satisfies SettingTable;

/** `[session_server]`. Read at start only. */
export const sessionServerSettings = {
  listenAddress: text("listen_address", "Where the manager serves web terminals.", "[::]:8093"),
  advertiseAddress: text(
    "advertise_address",
    "The address that GitLab's users reach it at. Default: the listen address.",
    "runner.example.com:8093",
  ),
  sessionTimeout: seconds("session_timeout", "How long a terminal may outlive its job.", "30m"),
} as const satisfies SettingTable;

/** `[machine.shutdown_drain]`, GitLab Runner 18.10 and later. */
export const shutdownDrainSettings = {
  enabled: flag(
    "enabled",
    "Whether idle machines are removed when the manager stops. Wants a shutdownTimeout of 5m or more.",
  ),
  concurrency: integer("concurrency", { min: 1 }, "How many machines are removed at once.", 3, "machines"),
  maxRetries: integer("max_retries", { min: 1 }, "How often removing one machine is tried.", 3, "attempts"),
  retryBackoff: goDuration("retry_backoff", "The first wait between two attempts.", "5s"),
} as const satisfies SettingTable;
