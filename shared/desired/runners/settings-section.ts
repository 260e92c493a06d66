import {
  booleanMap,
  choice,
  flag,
  goDuration,
  integer,
  type SettingTable,
  script,
  stringMap,
  strings,
  text,
} from "./setting.ts";

/** Plain keys of a `[[runners]]` section. Source: GitLab Runner docs, "The [[runners]] section". */
export const sectionSettings = {
  limit: integer(
    "limit",
    {},
    "How many jobs, and with docker+machine how many machines, the section has at once. 0: no limit.",
    20,
    "jobs",
  ),
  outputLimitKiB: integer(
    "output_limit",
    {},
    "How long a job's log may grow. The runner's own default is 4096.",
    4096,
    "KiB",
  ),
  requestConcurrency: integer(
    "request_concurrency",
    { min: 1 },
    "How many requests for jobs are under way at once.",
    4,
    "requests",
  ),
  strictCheckInterval: flag("strict_check_interval", "Whether the check interval is kept even right after a job came."),
  unhealthyRequestsLimit: integer(
    "unhealthy_requests_limit",
    {},
    "After how many failed requests for jobs the section pauses.",
    3,
    "requests",
  ),
  unhealthyInterval: goDuration("unhealthy_interval", "How long it then pauses.", "1h"),
  jobStatusFinalUpdateRetryLimit: integer(
    "job_status_final_update_retry_limit",
    {},
    "How often the final status of a job is sent again to a GitLab that doesn't answer.",
    10,
    "attempts",
  ),
  tlsCaFile: text(
    "tls-ca-file",
    "Certificates to verify GitLab by; a path in the manager's container.",
    "/etc/gitlab-runner/certs/ca.crt",
  ),
  tlsCertFile: text("tls-cert-file", "The manager's own certificate.", "/etc/gitlab-runner/certs/client.crt"),
  tlsKeyFile: text("tls-key-file", "The key of that certificate.", "/etc/gitlab-runner/certs/client.key"),
  labels: stringMap("labels", "Labels of this section; they win over the manager's.", { size: "large" }),
  buildsDir: text("builds_dir", "Where jobs are checked out, in the job's container.", "/builds"),
  cacheDir: text("cache_dir", "Where caches are unpacked, in the job's container.", "/cache"),
  cloneUrl: text(
    "clone_url",
    "The address to clone from, where it isn't the one to ask for jobs.",
    "https://gitlab.example.com",
  ),
  environment: strings("environment", "Variables of every job, as NAME=value. No secrets here.", [
    "DOCKER_DRIVER=overlay2",
  ]),
  proxyExec: flag("proxy_exec", "Experimental: whether jobs are run through the helper binary."),
  preGetSourcesScript: script("pre_get_sources_script", "Commands before the sources are fetched.", "echo fetching"),
  postGetSourcesScript: script(
    "post_get_sources_script",
    "Commands after the sources have been fetched.",
    "echo fetched",
  ),
  preBuildScript: script("pre_build_script", "Commands before the job's own.", "echo building"),
  postBuildScript: script("post_build_script", "Commands after the job's own.", "echo built"),
  prepareTimeout: goDuration("prepare_timeout", "How long a job's environment may take to come up.", "10m"),
  getSourcesTimeout: goDuration("get_sources_timeout", "How long fetching the sources may take.", "10m"),
  debugTraceDisabled: flag(
    "debug_trace_disabled",
    "Whether jobs are kept from switching on CI_DEBUG_TRACE, which logs secrets.",
  ),
  safeDirectoryCheckout: flag("safe_directory_checkout", "Whether the job's directory is made safe to Git."),
  cleanGitConfig: flag("clean_git_config", "Whether Git's configuration is cleaned before and after a job."),
  shell: choice(
    "shell",
    ["bash", "sh", "cmd", "pwsh", "powershell"],
    "The shell that scripts are written for.",
    "bash",
  ),
  featureFlags: booleanMap("feature_flags", "The runner's own feature flags, by name.", { FF_NETWORK_PER_BUILD: true }),
  useSlotCgroups: flag("use_slot_cgroups", "Whether jobs get a control group by their slot."),
  slotCgroupTemplate: text(
    "slot_cgroup_template",
    `Name of these control groups; holds \${slot}.`,
    `gitlab-runner/slot-\${slot}`,
  ),
  stepRunnerImage: text(
    "step_runner_image",
    "Image of the step runner, where another is wanted.",
    "registry.example.com/step-runner:v1",
  ),
} as const satisfies SettingTable;

export const artifactSettings = {
  uploadTimeout: goDuration("upload_timeout", "How long an upload of artifacts may take.", "1h"),
  responseHeaderTimeout: goDuration("response_header_timeout", "How long GitLab may take to answer it.", "10m"),
} as const satisfies SettingTable;

export const customBuildDirSettings = {
  enabled: flag("enabled", "Whether a job may choose its directory by GIT_CLONE_PATH."),
} as const satisfies SettingTable;
