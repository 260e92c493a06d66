import { hostPaths } from "./host-request.ts";

const { stack } = hostPaths;

/** Every file that Fleetkeeper may write for the services: all of them are part of the one question that a host is asked. */
export const stackPaths = {
  compose: `${stack}/docker-compose.yaml`,
  gitlabVersion: `${stack}/.env`,
  omnibus: `${stack}/gitlab/gitlab.rb`,
  certificate: `${stack}/gitlab/tls.crt`,
  certificateKey: `${stack}/gitlab/tls.key`,
  runnerImage: `${stack}/runner/Dockerfile`,
  runnerEntrypoint: `${stack}/runner/entrypoint.sh`,
  prometheus: `${stack}/prometheus/prometheus.yml`,
  grafanaSources: `${stack}/grafana/provisioning/datasources/prometheus.yaml`,
  grafanaDashboards: `${stack}/grafana/provisioning/dashboards/fleetkeeper.yaml`,
  runnerDashboard: `${stack}/grafana/dashboards/runners.json`,
  grafanaPassword: `${stack}/grafana/admin-password`,
} as const;
