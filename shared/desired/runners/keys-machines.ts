import type { Keys } from "./key-type.ts";

/*
 * Keys of `[runners.machine]` and `[runners.autoscaler]`.
 * Source: gitlab-runner `common/config.go`, 19.4 development, August 2026.
 */

export const machineAutoscaling = {
  Periods: "strings",
  Timezone: "string",
  IdleCount: "integer",
  IdleScaleFactor: "float",
  IdleCountMin: "integer",
  IdleTime: "integer",
} as const satisfies Keys;

export const machine = {
  MaxGrowthRate: "integer",
  IdleCount: "integer",
  IdleScaleFactor: "float",
  IdleCountMin: "integer",
  IdleTime: "integer",
  MaxBuilds: "integer",
  MachineDriver: "string",
  MachineName: "string",
  MachineOptions: "strings",
  MachineOptionsWithName: "strings",
  MaxRemovalAttempts: "integer",
  OffPeakPeriods: "strings",
  OffPeakTimezone: "string",
  OffPeakIdleCount: "integer",
  OffPeakIdleTime: "integer",
  autoscaling: { tables: machineAutoscaling },
} as const satisfies Keys;

export const autoscalerPolicy = {
  periods: "strings",
  timezone: "string",
  idle_count: "integer",
  idle_time: "duration",
  scale_factor: "float",
  scale_factor_limit: "integer",
  preemptive_mode: "boolean?",
} as const satisfies Keys;

const connector = {
  os: "string",
  arch: "string",
  protocol: "string",
  protocol_port: "integer",
  username: "string",
  password: "string",
  key_path: "string",
  use_static_credentials: "boolean",
  keepalive: "duration",
  timeout: "duration",
  use_external_addr: "boolean",
} as const satisfies Keys;

const scaleThrottle = {
  limit: "integer",
  burst: "integer",
} as const satisfies Keys;

const vmIsolation = {
  enabled: "boolean",
  nesting_host: "string",
  nesting_config: "free",
  image: "string",
  connector_config: { table: connector },
} as const satisfies Keys;

const stateStorage = {
  enabled: "boolean",
  dir: "string",
  keep_instance_with_acquisitions: "boolean",
} as const satisfies Keys;

export const autoscaler = {
  capacity_per_instance: "integer",
  max_use_count: "integer",
  max_instances: "integer",
  plugin: "string",
  plugin_config: "free",
  connector_config: { table: connector },
  policy: { tables: autoscalerPolicy },
  instance_ready_command: "string",
  instance_acquire_timeout: "duration",
  update_interval: "duration",
  update_interval_when_expecting: "duration",
  deletion_retry_interval: "duration",
  shutdown_deletion_interval: "duration",
  shutdown_deletion_retries: "integer",
  failure_threshold: "integer",
  scale_throttle: { table: scaleThrottle },
  reservation_throttling: "boolean?",
  log_internal_ip: "boolean",
  log_external_ip: "boolean",
  delete_instances_on_shutdown: "boolean",
  vm_isolation: { table: vmIsolation },
  state_storage: { table: stateStorage },
  instance_operation_time_buckets: "floats",
  instance_creation_time_buckets: "floats",
  instance_is_running_time_buckets: "floats",
  instance_deletion_time_buckets: "floats",
  instance_readiness_time_buckets: "floats",
  instance_life_duration_buckets: "floats",
} as const satisfies Keys;
