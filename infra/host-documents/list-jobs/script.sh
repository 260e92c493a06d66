# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Runs on workers. Without Docker's answer nothing is known: a count of zero must have been counted.
# docker-machine was killed before it installed Docker: no daemon ever ran here, and no container is left of one.
never_ran() {
  local comm status=127
  if command -v docker >/dev/null; then
    status=0
    docker --version >/dev/null 2>&1 || status=$?
  fi
  if ((status != 127)); then return 1; fi
  if [[ -e /var/lib/docker || -e /run/docker.sock || -e /run/containerd ]]; then return 1; fi
  for comm in /proc/[0-9]*/comm; do
    if [[ $(cat "$comm" 2>/dev/null || true) =~ ^(dockerd|containerd) ]]; then return 1; fi
  done
}
if never_ran; then done_with '{"containers":0}'; fi
if ! fk_docker_answers; then fail DockerSilent "Docker doesn't answer, so whether jobs run can't be told"; fi
# The label that the runner's docker executor puts on every container of a job: build, helper and services.
ids=$(docker ps --no-trunc --quiet --filter label=com.gitlab.gitlab-runner.job.id) || fail DockerSilent "containers can't be listed"
count=0
for _ in $ids; do count=$((count + 1)); done
done_with "{\"containers\":$count}"
