import type { Fleet } from "../../desired/fleet.ts";
import { secretPath } from "../../desired/names.ts";
import { digest } from "../../engine/digest.ts";
import { pluginsOf } from "../common/fleeting.ts";
import { type HostFile, secretMark, secretsIn } from "../common/host-request.ts";
import { stackPaths } from "../common/stack-files.ts";
import { architectureOf, compose, dockerVersion } from "./pins.ts";
import {
  composeModel,
  gitlabImage,
  renderCompose,
  renderVersion,
  runnerImageTag,
  type ServiceName,
  servicesOf,
} from "./render-compose.ts";
import { renderDockerProxy } from "./render-docker-proxy.ts";
import {
  renderGrafanaDashboards,
  renderGrafanaSource,
  renderPrometheus,
  renderRunnerDashboard,
} from "./render-monitoring.ts";
import { renderOmnibus } from "./render-omnibus.ts";
import { renderRunnerImage, runnerEntrypoint } from "./render-runner-image.ts";

export const kind = "stack";

/** The data volume, mounted. */
export type MountDesired = { readonly type: "mount" };

export type DockerDesired = {
  readonly type: "docker";
  readonly docker: string;
  readonly compose: { readonly version: string; readonly url: string; readonly sha256: string };
  /** The daemon's proxies, as a drop-in of its unit; empty where it has none. */
  readonly proxy: string;
};

/** Files that belong together: written by one command, all of them or none. */
export type FilesDesired = {
  readonly type: "files";
  readonly files: readonly FileDesired[];
  /** Of versions, and of what the runner's image is built of: what GitLab's container must be made of for a rewrite. */
  readonly gitlabImage?: string;
};

export type FileDesired = {
  readonly path: string;
  readonly content: string;
  readonly mode: string;
  readonly owner: string;
};

export type ServiceDesired = {
  readonly type: "service";
  readonly service: ServiceName;
  /** Resources of this kind that it is started of. */
  readonly files: readonly string[];
  readonly builds: boolean;
};

export type DiskDesired = {
  readonly type: "disk";
  readonly warningPercent: number;
  readonly prune?: { readonly abovePercent: number; readonly unusedForSeconds: number };
};

export type StackDesired = MountDesired | DockerDesired | FilesDesired | ServiceDesired | DiskDesired;

export function stackDesired(fleet: Fleet): ReadonlyMap<string, StackDesired> {
  const { host } = fleet.spec;
  if (host === undefined) return new Map();
  const { version, ...downloads } = compose;
  const { imagePruning } = host;
  const desired = new Map<string, StackDesired>([
    ["volume", { type: "mount" }],
    [
      "docker",
      {
        type: "docker",
        docker: dockerVersion,
        compose: { version, ...downloads[architectureOf(host.instanceType)] },
        proxy: renderDockerProxy(host),
      },
    ],
    [
      "disk",
      {
        type: "disk",
        warningPercent: host.diskWarningPercent,
        ...(imagePruning.enabled
          ? {
              prune: {
                abovePercent: imagePruning.abovePercent,
                unusedForSeconds: Math.floor(imagePruning.unusedFor / 1000),
              },
            }
          : {}),
      },
    ],
  ]);
  const groups = fileGroups(fleet, host);
  for (const [name, files] of Object.entries(groups)) {
    const waits = name === "version" || name === "gitlab-runner";
    const image = waits ? { gitlabImage: gitlabImage(host.gitlab.edition, host.gitlab.version) } : {};
    desired.set(`files/${name}`, { type: "files", files, ...image });
  }
  for (const service of servicesOf(fleet)) {
    const files = ["compose", "version", service].filter((name) => Object.hasOwn(groups, name));
    desired.set(`service/${service}`, {
      type: "service",
      service,
      files: files.map((name) => `files/${name}`),
      builds: service === "gitlab-runner",
    });
  }
  return desired;
}

type Host = NonNullable<Fleet["spec"]["host"]>;
type Groups = Readonly<Record<string, readonly FileDesired[]>>;

function fileGroups(fleet: Fleet, host: Host): Groups {
  const own = ownFiles(fleet, host);
  const tag = runnerImageTag(runnerVersion(fleet, host), dockerfileOf(fleet, host), runnerEntrypoint);
  const image = fleet.spec.runners === undefined ? undefined : tag;
  const digests = Object.fromEntries(
    // The runner's are in the tag of its image. Dashboards are read again while Grafana runs.
    Object.entries(own)
      .filter(([service]) => service !== "gitlab-runner")
      .map(([service, files]) => {
        const read = files.filter(({ path }) => path !== stackPaths.runnerDashboard);
        return [service, digest(read.map(({ path, content }) => [path, content])).slice(0, 16)];
      }),
  );
  // Grafana reads its password when it starts first and never again (docs/host.md), so there is no use in a restart.
  const secrets = { gitlab: [...new Set((own["gitlab"] ?? []).flatMap(({ content }) => secretsIn(content)))] };
  return {
    version: [plain(stackPaths.gitlabVersion, renderVersion(host, image))],
    compose: [plain(stackPaths.compose, renderCompose(composeModel(fleet, host, digests, secrets)))],
    ...own,
  };
}

function dockerfileOf(fleet: Fleet, host: Host): string {
  return renderRunnerImage(runnerVersion(fleet, host), pluginsOf(fleet));
}

/** The first of GitLab's minor version unless the file says: every minor version has one, and patches are the runner's own. */
function runnerVersion({ spec: { runners } }: Fleet, { gitlab }: Host): string {
  return runners?.version ?? `${gitlab.version.split(".").slice(0, 2).join(".")}.0`;
}

function ownFiles(fleet: Fleet, host: Host): Groups {
  const services = servicesOf(fleet);
  const secret = (name: string) => secretMark(secretPath(fleet.metadata.name, name), "raw");
  const { tls, monitoring } = host;
  const groups: Record<ServiceName, readonly FileDesired[]> = {
    gitlab: [
      secretive(stackPaths.omnibus, renderOmnibus(fleet, host)),
      ...(tls.type === "Secret"
        ? [
            secretive(stackPaths.certificate, `${secret(tls.certificateSecret)}\n`),
            secretive(stackPaths.certificateKey, `${secret(tls.keySecret)}\n`),
          ]
        : []),
    ],
    "gitlab-runner": [
      plain(stackPaths.runnerImage, dockerfileOf(fleet, host)),
      { ...plain(stackPaths.runnerEntrypoint, runnerEntrypoint), mode: "0755" },
    ],
    prometheus: [plain(stackPaths.prometheus, renderPrometheus(fleet))],
    grafana: [
      plain(stackPaths.grafanaSources, renderGrafanaSource()),
      plain(stackPaths.grafanaDashboards, renderGrafanaDashboards()),
      plain(stackPaths.runnerDashboard, renderRunnerDashboard(fleet)),
      // Grafana's own user reads it.
      {
        ...secretive(stackPaths.grafanaPassword, secret(monitoring.grafana.adminPasswordSecret)),
        mode: "0400",
        owner: "472:0",
      },
    ],
  };
  return Object.fromEntries(Object.entries(groups).filter(([name]) => services.includes(name as ServiceName)));
}

function plain(path: string, content: string): FileDesired {
  return { path, content, mode: "0644", owner: "0:0" };
}

/** Holds secrets, or may. */
function secretive(path: string, content: string): FileDesired {
  return { path, content, mode: "0600", owner: "0:0" };
}

export function hostFiles(files: readonly FileDesired[]): readonly HostFile[] {
  return files.map(({ path, content, mode, owner }) => ({ path, content, mode, owner }));
}
