import { stringify } from "yaml";
import type { Fleet } from "../../desired/fleet.ts";
import type { JsonObject } from "../../engine/json.ts";

const head = "# Written by Fleetkeeper; changes by hand are put back.\n";

export function renderPrometheus(fleet: Fleet): string {
  const target = (name: string, address: string): JsonObject => ({
    job_name: name,
    static_configs: [{ targets: [address] }],
  });
  const model = {
    global: { scrape_interval: "15s", external_labels: { fleet: fleet.metadata.name } },
    scrape_configs: [
      target("prometheus", "127.0.0.1:9090"),
      ...(fleet.spec.runners === undefined ? [] : [target("gitlab-runner", "gitlab-runner:9252")]),
    ],
  };
  return yaml(model);
}

export function renderGrafanaSource(): string {
  const source = {
    name: "Prometheus",
    uid: "prometheus",
    type: "prometheus",
    access: "proxy",
    url: "http://prometheus:9090",
    isDefault: true,
    editable: false,
  };
  return yaml({ apiVersion: 1, datasources: [source] });
}

export function renderGrafanaDashboards(): string {
  const provider = {
    name: "fleetkeeper",
    folder: "Fleetkeeper",
    type: "file",
    allowUiUpdates: false,
    options: { path: "/etc/fleetkeeper/dashboards" },
  };
  return yaml({ apiVersion: 1, providers: [provider] });
}

function yaml(model: JsonObject): string {
  return `${head}${stringify(model, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 })}`;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit?: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

/** What matters for autoscaling. Names and labels: GitLab Runner, "Monitor GitLab Runner usage", and its source. */
const panels: readonly Panel[] = [
  {
    title: "Jobs",
    description: "Jobs that run now by state, and how many may run at once.",
    queries: [
      { expr: "sum by (state) (gitlab_runner_jobs)", legend: "{{state}}" },
      { expr: "gitlab_runner_concurrent", legend: "concurrent" },
    ],
  },
  {
    title: "Machines by state",
    description: "Idle machines cost, used ones work; removing that stays is what leaves orphans behind.",
    queries: [{ expr: "sum by (state) (gitlab_runner_autoscaling_machine_states)", legend: "{{state}}" }],
  },
  {
    title: "Machines made and removed",
    description: "Per minute. A creation that fails is tried again, and may leave an instance behind.",
    queries: [
      { expr: "60 * sum by (action) (rate(gitlab_runner_autoscaling_actions_total[5m]))", legend: "{{action}}" },
    ],
  },
  {
    title: "Time to a machine",
    description: "How long it takes to make a machine, median and 95th percentile.",
    unit: "s",
    queries: [0.5, 0.95].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, sum by (le) (rate(gitlab_runner_autoscaling_machine_creation_duration_seconds_bucket[30m])))`,
      legend: `${quantile * 100} %`,
    })),
  },
  {
    title: "Time in the queue",
    description: "How long jobs wait until a runner takes them, 95th percentile.",
    unit: "s",
    queries: [
      {
        expr: "histogram_quantile(0.95, sum by (le) (rate(gitlab_runner_job_queue_duration_seconds_bucket[10m])))",
        legend: "95 %",
      },
    ],
  },
  {
    title: "Jobs without a machine",
    description: "Per minute: jobs that were taken and found no machine free.",
    queries: [
      {
        expr: '60 * sum(rate(gitlab_runner_worker_processing_failures_total{failure_type="no_free_executor"}[5m]))',
        legend: "no free machine",
      },
    ],
  },
  {
    title: "Errors and configuration",
    description: "Errors per minute by level; configurations loaded, and those that could not be.",
    queries: [
      { expr: "60 * sum by (level) (rate(gitlab_runner_errors_total[5m]))", legend: "{{level}}" },
      { expr: "increase(gitlab_runner_configuration_loading_error_total[1h])", legend: "not loaded" },
    ],
  },
  {
    title: "Answers of GitLab",
    description: "Requests per minute to GitLab by endpoint and status.",
    queries: [
      {
        expr: "60 * sum by (endpoint, status) (rate(gitlab_runner_api_request_statuses_total[5m]))",
        legend: "{{endpoint}} {{status}}",
      },
    ],
  },
];

export function renderRunnerDashboard(fleet: Fleet): string {
  const model = {
    uid: "fleetkeeper-runners",
    title: `Runners of ${fleet.metadata.name}`,
    timezone: "default",
    refresh: "30s",
    schemaVersion: 39,
    time: { from: "now-6h", to: "now" },
    tags: ["fleetkeeper"],
    panels: panels.map(panelModel),
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}

function panelModel({ title, description, unit, queries }: Panel, index: number): JsonObject {
  return {
    id: index + 1,
    type: "timeseries",
    title,
    description,
    datasource: { type: "prometheus", uid: "prometheus" },
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
    fieldConfig: { defaults: { min: 0, ...(unit === undefined ? {} : { unit }) }, overrides: [] },
    targets: queries.map(({ expr, legend }, query) => ({
      refId: String.fromCharCode(65 + query),
      expr,
      legendFormat: legend,
    })),
  };
}
