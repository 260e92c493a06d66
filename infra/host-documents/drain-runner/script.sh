# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# SIGQUIT: no new jobs, and the end once the running ones are over
# (https://docs.gitlab.com/runner/commands/#signals). Docker must not start it again then, and its container is removed, for
# one that was drained keeps its changed restart policy. May be asked again and again; the signal is sent once.

fence
read -r word wait _ <<<"$fk_request"
decoded "${wait:--}"
wait=$REPLY
[[ $word == wait && $wait =~ ^[0-9]{1,3}$ ]] || fail BadRequest "drain-runner wants seconds to wait, at most 999"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"

readonly fk_mark=$fk_state/draining
metrics_jobs() {
  local metrics
  metrics=$(curl -fsS --noproxy '*' --max-time 5 http://127.0.0.1:9252/metrics) || return 0
  awk 'index($1, "gitlab_runner_jobs{") == 1 || $1 == "gitlab_runner_jobs" { sum += $NF } END { printf "%.0f", sum }' <<<"$metrics"
}

deadline=$(($(date +%s) + wait))
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
    done_with "{\"drained\":false,\"jobs\":$REPLY}"
  fi
  sleep 2
done

container_state "$fk_runner"
read -r id _ <<<"$REPLY" || true
if [[ -n $id ]]; then docker rm "$id"; fi
rm -f "$fk_mark"
done_with '{"drained":true,"jobs":0}'
