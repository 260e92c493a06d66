# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# SIGQUIT: no new jobs, and the end once the running ones are over
# (https://docs.gitlab.com/runner/commands/#signals). Docker must not start it again then, and its container is removed, for
# one that was drained keeps its changed restart policy. May be asked again and again; the signal is sent once.

readonly fk_mark=$fk_state/draining
metrics_jobs() {
  local metrics
  metrics=$(curl -fsS --noproxy '*' --max-time 5 http://127.0.0.1:9252/metrics) || return 0
  awk 'index($1, "gitlab_runner_jobs{") == 1 || $1 == "gitlab_runner_jobs" { sum += $NF } END { printf "%.0f", sum }' <<<"$metrics"
}

# drain_manager SECONDS: drained says whether it has ended; jobs is a JSON number or null.
drain_manager() {
  local deadline id
  fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"
  deadline=$(($(date +%s) + $1))
  drained=false
  while is_running "$fk_runner"; do
    read -r id _ <<<"$REPLY"
    if [[ $(cat "$fk_mark" 2>/dev/null || true) != "$id" ]]; then
      docker update --restart no "$id"
      docker kill --signal QUIT "$id"
      # After the signal: a second one changes nothing, one that was never sent would.
      printf '%s\n' "$id" | replace_file "$fk_mark" 0600 0:0
    fi
    if (($(date +%s) >= deadline)); then
      json_number "$(metrics_jobs)"
      jobs=$REPLY
      return 0
    fi
    sleep 2
  done
  container_state "$fk_runner"
  read -r id _ <<<"$REPLY" || true
  if [[ -n $id ]]; then docker rm "$id"; fi
  rm -f "$fk_mark"
  drained=true jobs=0
}
