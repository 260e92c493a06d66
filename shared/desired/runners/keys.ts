import type { Keys, KeyType } from "./key-type.ts";
import { custom, docker, instance, parallels, ssh, virtualbox } from "./keys-executors.ts";
import { autoscaler, machine } from "./keys-machines.ts";

/*
 * The closed list of config.toml's keys: what the runner reads, and nothing else. Everything else it ignores in silence.
 * Source: gitlab-runner `common/config.go`, `cache/cacheconfig/cacheconfig.go`, `helpers/docker/credentials.go`, 19.4
 * development, August 2026. `[runners.kubernetes]` is taken as it is: no fleet of ours runs on Kubernetes.
 */

const sessionServer = {
  listen_address: "string",
  advertise_address: "string",
  session_timeout: "integer",
} as const satisfies Keys;

const bootVerify = {
  enabled: "boolean",
  timeout: "duration",
  acquire_min_backoff: "duration",
  acquire_max_backoff: "duration",
} as const satisfies Keys;

const runnerExperimental = {
  boot_verify: { table: bootVerify },
} as const satisfies Keys;

const customBuildDir = {
  enabled: "boolean?",
} as const satisfies Keys;

const metrics = {
  prometheus_address: "string",
  query_interval: "integer",
  queries: "strings",
} as const satisfies Keys;

const referees = {
  metrics: { table: metrics },
} as const satisfies Keys;

const cacheS3 = {
  ServerAddress: "string",
  AccessKey: "string",
  SecretKey: "string",
  SessionToken: "string",
  BucketName: "string",
  BucketLocation: "string",
  Insecure: "boolean",
  AuthenticationType: "string",
  ServerSideEncryption: "string",
  ServerSideEncryptionKeyID: "string",
  DualStack: "boolean?",
  PathStyle: "boolean?",
  Accelerate: "boolean",
  RoleARN: "string",
  UploadRoleARN: "string",
  AssumeRoleMaxConcurrency: "integer",
  DisableAssumeRoleCredentialsCaching: "boolean",
} as const satisfies Keys;

const cacheGcs = {
  AccessID: "string",
  PrivateKey: "string",
  CredentialsFile: "string",
  BucketName: "string",
  UniverseDomain: "string",
} as const satisfies Keys;

const cacheAzure = {
  AccountName: "string",
  AccountKey: "string",
  ContainerName: "string",
  StorageDomain: "string",
} as const satisfies Keys;

const cache = {
  Type: "string",
  Path: "string",
  Shared: "boolean",
  MaxUploadedArchiveSize: "integer",
  s3: { table: cacheS3 },
  gcs: { table: cacheGcs },
  azure: { table: cacheAzure },
} as const satisfies Keys;

const artifact = {
  upload_timeout: "duration?",
  response_header_timeout: "duration?",
} as const satisfies Keys;

const jobQueuingDuration = {
  periods: "strings",
  timezone: "string",
  threshold: "duration",
  jobs_running_for_project: "string",
} as const satisfies Keys;

const monitoring = {
  job_queuing_durations: { tables: jobQueuingDuration },
} as const satisfies Keys;

export const runner = {
  name: "string",
  limit: "integer",
  output_limit: "integer",
  request_concurrency: "integer",
  strict_check_interval: "boolean?",
  unhealthy_requests_limit: "integer",
  unhealthy_interval: "duration?",
  job_status_final_update_retry_limit: "integer",
  experimental: { table: runnerExperimental },
  url: "string",
  id: "integer",
  token: "string",
  token_obtained_at: "datetime",
  token_expires_at: "datetime",
  "tls-ca-file": "string",
  "tls-cert-file": "string",
  "tls-key-file": "string",
  labels: "stringMap",
  executor: "string",
  builds_dir: "string",
  cache_dir: "string",
  clone_url: "string",
  environment: "strings",
  proxy_exec: "boolean?",
  pre_get_sources_script: "string",
  post_get_sources_script: "string",
  pre_build_script: "string",
  post_build_script: "string",
  prepare_timeout: "duration?",
  get_sources_timeout: "duration?",
  debug_trace_disabled: "boolean",
  safe_directory_checkout: "boolean?",
  clean_git_config: "boolean?",
  shell: "string",
  custom_build_dir: { table: customBuildDir },
  referees: { table: referees },
  cache: { table: cache },
  artifact: { table: artifact },
  feature_flags: "booleanMap",
  monitoring: { table: monitoring },
  use_slot_cgroups: "boolean",
  slot_cgroup_template: "string",
  instance: { table: instance },
  ssh: { table: ssh },
  docker: { table: docker },
  parallels: { table: parallels },
  virtualbox: { table: virtualbox },
  machine: { table: machine },
  kubernetes: "free",
  custom: { table: custom },
  autoscaler: { table: autoscaler },
  step_runner_image: "string",
} as const satisfies Keys;

const shutdownDrain = {
  enabled: "boolean",
  concurrency: "integer",
  max_retries: "integer",
  retry_backoff: "duration",
} as const satisfies Keys;

const globalMachine = {
  shutdown_drain: { table: shutdownDrain },
} as const satisfies Keys;

const logrotate = {
  log_dir: "string",
  max_backup_files: "integer?",
  max_rotation_age: "duration?",
  labels: "stringMap",
} as const satisfies Keys;

const snowplow = {
  collector_uri: "string",
  app_id: "string",
  category: "string",
  realm: "string",
  deployment_type: "string",
  metadata: "stringMap",
  enable_oidc: "boolean",
  batch_delivery_duration_buckets: "floats",
  skip_oidc_if_unsupported_cloud: "boolean?",
  skip_runner_system_failure: "boolean?",
} as const satisfies Keys;

const usageLogger = {
  enabled: "boolean",
  writers: "strings",
  logrotate: { table: logrotate },
  snowplow_billing: { table: snowplow },
  log_dir: "string",
  max_backup_files: "integer?",
  max_rotation_age: "duration?",
  labels: "stringMap",
} as const satisfies Keys;

const experimental = {
  usage_logger: { table: usageLogger },
} as const satisfies Keys;

/** The whole file. */
export const configKeys = {
  listen_address: "string",
  session_server: { table: sessionServer },
  labels: "stringMap",
  concurrent: "integer",
  check_interval: "integer",
  log_level: "string?",
  log_format: "string?",
  user: "string",
  runners: { tables: runner },
  sentry_dsn: "string?",
  connection_max_age: "duration?",
  machine: { table: globalMachine },
  experimental: { table: experimental },
  shutdown_timeout: "integer",
} as const satisfies Keys;

/** A key's type and its right spelling; the runner takes any case. Undefined: not a key of this table. */
export function keyIn(keys: Keys, key: string): { readonly name: string; readonly type: KeyType } | undefined {
  const exact = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (exact !== undefined) return { name: key, type: exact };
  const lower = key.toLowerCase();
  const name = Object.keys(keys).find((candidate) => candidate.toLowerCase() === lower);
  const type = name === undefined ? undefined : keys[name];
  return name === undefined || type === undefined ? undefined : { name, type };
}
