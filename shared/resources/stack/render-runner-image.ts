import { dockerMachine } from "./pins.ts";

const downloads = "https://gitlab-docker-machine-downloads.s3.amazonaws.com";

/**
 * GitLab's image with GitLab's docker-machine in a version of our choosing, checked by its hash, and the autoscaler's plugins,
 * which `gitlab-runner fleeting install` fetches from their registry.
 * @param version of GitLab Runner
 * @param plugins as `autoscaler.plugin` names them
 */
export function renderRunnerImage(version: string, plugins: readonly string[]): string {
  const { version: machine, sha256 } = dockerMachine;
  return `# Written by Fleetkeeper; changes by hand are put back.
FROM gitlab/gitlab-runner:v${version}
RUN set -eu; \\
    machine=$(uname -m); \\
    case "$machine" in \\
      x86_64) sum=${sha256.x86_64} ;; \\
      aarch64) sum=${sha256.aarch64} ;; \\
      *) echo "no docker-machine for $machine" >&2; exit 1 ;; \\
    esac; \\
    curl -fsSL --proto '=https' -o /usr/local/bin/docker-machine "${downloads}/${machine}/docker-machine-Linux-$machine"; \\
    echo "$sum  /usr/local/bin/docker-machine" | sha256sum -c -; \\
    chmod 0755 /usr/local/bin/docker-machine; \\
    docker-machine --version
${pluginLines(plugins)}COPY entrypoint.sh /usr/local/bin/fleetkeeper-entrypoint
RUN chmod 0755 /usr/local/bin/fleetkeeper-entrypoint
ENV MACHINE_STORAGE_PATH=/root/.docker/machine
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/usr/bin/dumb-init", "/usr/local/bin/fleetkeeper-entrypoint"]
CMD ["run", "--user=gitlab-runner", "--working-directory=/home/gitlab-runner"]
`;
}

/** In the image, so that a new container has them, whatever became of the old one's files. */
function pluginLines(plugins: readonly string[]): string {
  if (plugins.length === 0) return "";
  const section = (plugin: string) =>
    `[[runners]]\\nurl = "http://localhost"\\ntoken = "none"\\nexecutor = "instance"\\n[runners.autoscaler]\\nplugin = "${plugin}"\\n`;
  return `ENV FLEETING_PLUGIN_PATH=/usr/local/lib/fleeting
RUN set -eu; \\
    printf '${plugins.map(section).join("")}' >/tmp/plugins.toml; \\
    gitlab-runner fleeting -c /tmp/plugins.toml install; \\
    rm /tmp/plugins.toml
`;
}

/**
 * docker-machine makes its certificates at its first create; several first creates at once race for them. So they are made
 * here, once, on the volume that outlives the container: a rebuilt image changes nothing under machines that live.
 */
export const runnerEntrypoint = `#!/usr/bin/env bash
# Written by Fleetkeeper; changes by hand are put back.
set -euo pipefail
certificates=$MACHINE_STORAGE_PATH/certs
if [[ ! -s $certificates/ca.pem || ! -s $certificates/ca-key.pem || ! -s $certificates/cert.pem || ! -s $certificates/key.pem ]]; then
  docker-machine create --driver none --url tcp://127.0.0.1:2376 fleetkeeper-certificates
  docker-machine rm --force -y fleetkeeper-certificates
fi
exec /entrypoint "$@"
`;
