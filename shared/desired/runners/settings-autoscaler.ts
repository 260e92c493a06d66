import {
  choice,
  flag,
  float,
  floats,
  free,
  goDuration,
  integer,
  type SettingTable,
  secret,
  strings,
  text,
} from "./setting.ts";

/** `[runners.autoscaler]`. Source: GitLab Runner docs, "The [runners.autoscaler] section". */
export const autoscalerSettings = {
  capacityPerInstance: integer(
    "capacity_per_instance",
    { min: 1 },
    "How many jobs one instance runs at once.",
    1,
    "jobs",
  ),
  maxUseCount: integer("max_use_count", {}, "After how many jobs an instance is replaced. 0: never.", 20, "jobs"),
  maxInstances: integer("max_instances", {}, "How many instances there may be. 0: no limit.", 20, "instances"),
  plugin: text("plugin", "The fleeting plugin, with its version.", "aws:1.2.3"),
  pluginConfig: free("plugin_config", "What the plugin is told. For aws, `name` is the Auto Scaling group's.", {
    name: "acme-build",
  }),
  instanceReadyCommand: text(
    "instance_ready_command",
    "Command that succeeds on an instance that is ready.",
    "docker info",
  ),
  instanceAcquireTimeout: goDuration("instance_acquire_timeout", "How long a job waits for an instance.", "15m"),
  updateInterval: goDuration("update_interval", "How often the plugin is asked about its instances.", "1m"),
  updateIntervalWhenExpecting: goDuration("update_interval_when_expecting", "How often, while some are coming.", "2s"),
  deletionRetryInterval: goDuration("deletion_retry_interval", "When a failed deletion is tried again.", "1m"),
  shutdownDeletionInterval: goDuration(
    "shutdown_deletion_interval",
    "How long apart deletions are tried at shutdown.",
    "10s",
  ),
  shutdownDeletionRetries: integer(
    "shutdown_deletion_retries",
    {},
    "How often deletions are tried at shutdown.",
    3,
    "attempts",
  ),
  failureThreshold: integer(
    "failure_threshold",
    {},
    "After how many failures in a row an instance is replaced.",
    3,
    "failures",
  ),
  reservationThrottling: flag("reservation_throttling", "Whether jobs are asked for only as instances can come."),
  logInternalIp: flag("log_internal_ip", "Whether a job's log names the instance's private address."),
  logExternalIp: flag("log_external_ip", "Whether a job's log names the instance's public address."),
  deleteInstancesOnShutdown: flag(
    "delete_instances_on_shutdown",
    "Whether the manager deletes its instances when it stops.",
    false,
  ),
  instanceOperationTimeBuckets: floats(
    "instance_operation_time_buckets",
    "Buckets of the metrics on operations.",
    [10, 60],
  ),
  instanceCreationTimeBuckets: floats("instance_creation_time_buckets", "Buckets of the metric on creation.", [10, 60]),
  instanceIsRunningTimeBuckets: floats(
    "instance_is_running_time_buckets",
    "Buckets of the metric on starting.",
    [10, 60],
  ),
  instanceDeletionTimeBuckets: floats("instance_deletion_time_buckets", "Buckets of the metric on deletion.", [10, 60]),
  instanceReadinessTimeBuckets: floats(
    "instance_readiness_time_buckets",
    "Buckets of the metric on getting ready.",
    [10, 60],
  ),
  instanceLifeDurationBuckets: floats(
    "instance_life_duration_buckets",
    "Buckets of the metric on life times.",
    [600, 3600],
  ),
} as const satisfies SettingTable;

export const scaleThrottleSettings = {
  limit: integer(
    "limit",
    { min: -1 },
    "New instances a second; -1 is no limit, 0 the runner's own 100.",
    5,
    "instances a second",
  ),
  burst: integer("burst", {}, "How many at once. Default: maxInstances.", 10, "instances"),
} as const satisfies SettingTable;

export const stateStorageSettings = {
  enabled: flag(
    "enabled",
    "Whether instances survive a restart of the manager. Without it every restart replaces the fleet.",
  ),
  dir: text(
    "dir",
    "Where the state is kept. Default: .taskscaler beside config.toml.",
    "/etc/gitlab-runner/.taskscaler",
  ),
  keepInstanceWithAcquisitions: flag("keep_instance_with_acquisitions", "Whether instances with a job are kept too."),
} as const satisfies SettingTable;

export const connectorSettings = {
  os: choice("os", ["linux", "windows", "darwin", "freebsd"], "Operating system of the instances.", "linux"),
  arch: choice("arch", ["amd64", "arm64", "386", "arm"], "Architecture of the instances.", "amd64"),
  protocol: choice("protocol", ["ssh", "winrm", "winrm+https"], "How instances are reached.", "ssh"),
  protocolPort: integer("protocol_port", { min: 1, max: 65535 }, "The port.", 22, "port"),
  username: text("username", "The user to log in as; in the docker group.", "ec2-user"),
  passwordSecret: secret("password", "The password to log in with.", "machine-password"),
  keyPath: text("key_path", "A private key on the manager to log in with.", "/etc/gitlab-runner/machine.pem"),
  useStaticCredentials: flag(
    "use_static_credentials",
    "Whether the plugin doesn't make credentials for each instance.",
  ),
  keepalive: goDuration("keepalive", "How often the connection is kept alive.", "30s"),
  timeout: goDuration("timeout", "How long connecting may take.", "5m"),
  useExternalAddr: flag("use_external_addr", "Whether the public address is used.", false),
} as const satisfies SettingTable;

/** `[[runners.autoscaler.policy]]`: idle counts are jobs, not machines; periods have five fields. */
export const policySettings = {
  periods: strings(
    "periods",
    "When the policy counts: minute hour day month weekday. Default: always. The last that matches wins.",
    ["* 8-17 * * mon-fri"],
  ),
  timezone: text("timezone", "Time zone of the periods. Default: the manager's, UTC.", "Europe/Berlin"),
  idleCount: integer("idle_count", {}, "Capacity kept idle, for how many jobs.", 5, "jobs"),
  idleTime: goDuration("idle_time", "How long an instance may be idle before it goes.", "20m"),
  scaleFactor: float("scale_factor", "Idle capacity as a share of what is in use; idleCount is then the least.", 0.5),
  scaleFactorLimit: integer(
    "scale_factor_limit",
    {},
    "The most that scaleFactor may ask for. 0: no limit.",
    20,
    "jobs",
  ),
  preemptiveMode: flag(
    "preemptive_mode",
    "Whether jobs are taken only when an instance is ready. Default: where idleCount is above 0.",
  ),
} as const satisfies SettingTable;
