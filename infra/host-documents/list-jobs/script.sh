# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Runs on workers. Without Docker's answer nothing is known: a count of zero must have been counted.
if ! fk_docker_answers; then fail DockerSilent "Docker doesn't answer, so whether jobs run can't be told"; fi
# The label that the runner's docker executor puts on every container of a job: build, helper and services.
ids=$(docker ps --no-trunc --quiet --filter label=com.gitlab.gitlab-runner.job.id) || fail DockerSilent "containers can't be listed"
count=0
for _ in $ids; do count=$((count + 1)); done
done_with "{\"containers\":$count}"
