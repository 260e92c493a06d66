# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# The runner's container is never stopped, restarted or recreated while it runs: its jobs would be lost. drain-runner ends it
# first. Nothing is waited for: health takes minutes and is for the next look.

fence
verb=
services=()
while read -r word field _; do
  decoded "${field:--}"
  case $word in
    verb) verb=$REPLY ;;
    service) services+=("$REPLY") ;;
  esac
done <<<"$fk_request"
for service in "${services[@]}"; do
  [[ $service =~ ^[a-z0-9][a-z0-9_-]{0,62}$ ]] || fail BadRequest "not a service's name: $service"
done
((${#services[@]} > 0)) || fail BadRequest "compose wants services by name"
[[ $verb =~ ^(up|stop|start|restart|pull|build|remove)$ ]] || fail BadRequest "not a verb of compose: $verb"

# Without the volume, services would begin anew on the root volume, and hide their data.
data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"
[[ -f $fk_stack/docker-compose.yaml ]] || fail NoComposeFile "there is no $fk_stack/docker-compose.yaml"
compose config --quiet || fail BadComposeFile "docker compose refuses the compose file; $fk_log on the host has the reason"

others=()
runner=false
for service in "${services[@]}"; do
  if [[ $service == "$fk_runner" ]]; then runner=true; else others+=("$service"); fi
done

run() {
  compose "$@" || fail ComposeFailed "docker compose $1 failed; $fk_log on the host has the reason"
}

runner_running=false
if [[ $runner == true ]] && is_running "$fk_runner"; then runner_running=true; fi
if [[ $runner_running == true ]]; then
  case $verb in
    stop | restart | remove)
      fail RunnerNotDrained "the runner manager runs; drain it first, so that no job is lost"
      ;;
    up)
      read -r id _ <<<"$REPLY"
      want=$(compose config --hash "$fk_runner")
      have=$(docker inspect --type container --format "${fk_open}index .Config.Labels \"com.docker.compose.config-hash\"${fk_close}" "$id")
      [[ ${want##* } == "$have" ]] ||
        fail RunnerNotDrained "the runner manager's container would be recreated; drain it first, so that no job is lost"
      ;;
  esac
fi

case $verb in
  up)
    if ((${#others[@]} > 0)); then run up --detach --no-deps --no-build --quiet-pull "${others[@]}"; fi
    if [[ $runner == true && $runner_running == false ]]; then run up --detach --no-deps --no-build "$fk_runner"; fi
    ;;
  pull) run pull --quiet "${services[@]}" ;;
  build) run build --quiet "${services[@]}" ;;
  remove)
    for service in "${services[@]}"; do
      for id in $(containers_of "$service"); do
        docker stop --time 120 "$id"
        docker rm "$id"
      done
    done
    ;;
  *) run "$verb" "${services[@]}" ;;
esac

json_services
done_with "{\"services\":$REPLY}"
