import { parse, stringify } from "yaml";
import type { Fleet } from "../../desired/fleet.ts";
import { digest } from "../../engine/digest.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { usesAutoscaler } from "../common/fleeting.ts";
import { hostPaths, secretMark } from "../common/host-request.ts";
import { images } from "./pins.ts";
import { omnibusDirectory, proxyEnvironment } from "./render-omnibus.ts";

type Host = NonNullable<Fleet["spec"]["host"]>;

export type ServiceName = "gitlab" | "gitlab-runner" | "prometheus" | "grafana";

/** Of the files that a service reads when it starts: as they change, it must start anew. */
export type FileDigests = Readonly<Partial<Record<ServiceName, string>>>;

/** On a container: of what files it was started with. */
const filesLabel = "dev.fleetkeeper.files";

/** On a container: versions of the secrets that its files held when it was started. */
const secretsLabel = "dev.fleetkeeper.secrets";

/** Parameters whose values a service reads when it starts. */
export type FileSecrets = Readonly<Partial<Record<ServiceName, readonly string[]>>>;

/** GitLab makes its database when it starts first: longer than the image's own health check waits. */
export const startupGrace = 20 * 60_000;

export function servicesOf({ spec: { host, runners } }: Fleet): readonly ServiceName[] {
  if (host === undefined) return [];
  return [
    "gitlab",
    ...(runners === undefined ? [] : ["gitlab-runner" as const]),
    ...(host.monitoring.prometheus.enabled ? ["prometheus" as const] : []),
    ...(host.monitoring.grafana.enabled ? ["grafana" as const] : []),
  ];
}

/**
 * GitLab's version is in a file of its own: changing it is another matter than changing the rest. The runner's is beside it,
 * because it follows GitLab's: the file is written anew once GitLab has arrived. The first line is the upgrade's.
 * @param runnerImage undefined where there is no runner
 */
export function renderVersion({ gitlab: { edition, version } }: Host, runnerImage: string | undefined): string {
  const runner = runnerImage === undefined ? "" : `RUNNER_IMAGE=${runnerImage}\n`;
  return `GITLAB_IMAGE=${gitlabImage(edition, version)}\n${runner}`;
}

export function gitlabImage(edition: string, version: string): string {
  return `gitlab/gitlab-${edition}:${version}-${edition}.0`;
}

export function composeModel(fleet: Fleet, host: Host, digests: FileDigests, secrets: FileSecrets = {}): JsonObject {
  const blocks: Readonly<Record<ServiceName, () => JsonObject>> = {
    gitlab: () => gitlabService(host),
    "gitlab-runner": () => runnerService(host, usesAutoscaler(fleet) ? { AWS_REGION: fleet.spec.region } : {}),
    prometheus: () => prometheusService(host),
    grafana: () => grafanaService(host),
  };
  const services = servicesOf(fleet).map((name): [string, JsonObject] => {
    const files = digests[name];
    const versions = secrets[name]?.map((parameter) => secretMark(parameter, "version")) ?? [];
    const labels = {
      ...(files === undefined ? {} : { [filesLabel]: files }),
      ...(versions.length === 0 ? {} : { [secretsLabel]: versions.join(" ") }),
    };
    return [name, { ...blocks[name](), ...(Object.keys(labels).length === 0 ? {} : { labels }) }];
  });
  return { name: "fleetkeeper", services: Object.fromEntries(services) };
}

const head = "# Written by Fleetkeeper; changes by hand are put back.\n";

export function renderCompose(model: JsonObject): string {
  return `${head}${stringify(model, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 })}`;
}

/** What docker compose reads out of it, variables not filled in. */
export function parseCompose(text: string): Json {
  return parse(text) as Json;
}

/** A tag that follows from what the image is made of, so that another Dockerfile is another image. */
export function runnerImageTag(version: string, dockerfile: string, entrypoint: string): string {
  return `fleetkeeper/gitlab-runner:v${version}-${digest([dockerfile, entrypoint]).slice(0, 12)}`;
}

function gitlabService(host: Host): JsonObject {
  const url = new URL(host.externalUrl);
  const { data, stack } = hostPaths;
  const web = webPorts(host, url);
  return {
    image: imageVariable,
    hostname: url.hostname,
    restart: "always",
    environment: plainTexts({
      GITLAB_OMNIBUS_CONFIG: `from_file('${omnibusDirectory}/gitlab.rb')`,
      TZ: host.timeZone,
      ...proxyEnvironment(host),
    }),
    ports: [
      ...web.map((port) => `${port}:${port}`),
      ...(host.gitSshPort === undefined ? [] : [`${host.gitSshPort}:22`]),
      ...(host.registry.enabled ? [`${host.registry.port}:${host.registry.port}`] : []),
    ],
    volumes: [
      `${data}/gitlab/config:/etc/gitlab`,
      `${data}/gitlab/logs:/var/log/gitlab`,
      `${data}/gitlab/data:/var/opt/gitlab`,
      `${stack}/gitlab:${omnibusDirectory}:ro`,
    ],
    shm_size: "256m",
    stop_grace_period: "120s",
    healthcheck: {
      test: ["CMD-SHELL", "/opt/gitlab/bin/gitlab-healthcheck --fail --max-time 10"],
      interval: "60s",
      timeout: "30s",
      retries: 5,
      start_period: `${startupGrace / 1000}s`,
    },
  };
}

/** Variables of docker compose begin with a dollar. */
const imageVariable = `$${"{GITLAB_IMAGE}"}`;
const runnerVariable = `$${"{RUNNER_IMAGE}"}`;

function webPorts({ tls }: Host, url: URL): readonly number[] {
  const own = url.port === "" ? [] : [Number(url.port)];
  return [...new Set([80, ...(url.protocol === "https:" && tls.type !== "None" ? [443] : []), ...own])];
}

/** @param more variables of the autoscaler's plugins: their SDK finds no region by itself */
function runnerService(host: Host, more: Readonly<Record<string, string>>): JsonObject {
  return {
    image: runnerVariable,
    // Proxies are known to every build without being declared, and aren't part of the image.
    build: {
      context: "./runner",
      ...(host.proxy === undefined ? {} : { args: plainTexts(proxyEnvironment(host)) }),
    },
    restart: "always",
    environment: plainTexts({ TZ: host.timeZone, ...more, ...proxyEnvironment(host) }),
    // SIGQUIT: no new jobs, and the end with the last one.
    stop_signal: "SIGQUIT",
    stop_grace_period: `${Math.ceil(host.longestJob / 1000)}s`,
    ports: ["127.0.0.1:9252:9252"],
    volumes: [`${hostPaths.runner}:/etc/gitlab-runner`, `${hostPaths.machine}:/root/.docker/machine`],
  };
}

function prometheusService({ monitoring }: Host): JsonObject {
  return {
    image: images.prometheus,
    restart: "always",
    user: "65534:65534",
    command: [
      "--config.file=/etc/prometheus/prometheus.yml",
      "--storage.tsdb.path=/prometheus",
      `--storage.tsdb.retention.time=${monitoring.prometheus.retentionDays}d`,
    ],
    volumes: [`${hostPaths.stack}/prometheus:/etc/prometheus:ro`, `${hostPaths.data}/prometheus:/prometheus`],
  };
}

function grafanaService({ monitoring, timeZone }: Host): JsonObject {
  return {
    image: images.grafana,
    restart: "always",
    user: "472:0",
    environment: plainTexts({
      GF_SECURITY_ADMIN_PASSWORD__FILE: "/etc/fleetkeeper/admin-password",
      GF_PATHS_PROVISIONING: "/etc/fleetkeeper/provisioning",
      GF_ANALYTICS_REPORTING_ENABLED: "false",
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
      GF_USERS_ALLOW_SIGN_UP: "false",
      GF_DATE_FORMATS_DEFAULT_TIMEZONE: timeZone,
    }),
    // Loopback alone: it is reached by a Session Manager port forwarding.
    ports: [`127.0.0.1:${monitoring.grafana.port}:3000`],
    volumes: [`${hostPaths.stack}/grafana:/etc/fleetkeeper:ro`, `${hostPaths.data}/grafana:/var/lib/grafana`],
  };
}

/** docker compose fills in variables: a dollar that is meant as one is written twice. */
function plainTexts(values: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]));
}
