# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Services of the compose project, from Docker alone: it answers while the compose file is missing or broken too.

readonly fk_stack=$fk_data/stack
readonly fk_runner=gitlab-runner

compose() { docker compose --project-name "$fk_project" --project-directory "$fk_stack" "$@"; }

# containers_of [SERVICE]: ids, one a line, ended ones too.
containers_of() {
  local filters=(--filter "label=com.docker.compose.project=$fk_project")
  if (($# > 0)); then filters+=(--filter "label=com.docker.compose.service=$1"); fi
  docker ps --all --no-trunc --quiet "${filters[@]}"
}

# json_services: REPLY is a list with an object a container, null where Docker doesn't tell; no environment and no command
# line, where secrets may be.
json_services() {
  local ids o=$fk_open c=$fk_close format
  REPLY=null
  ids=$(containers_of) || return 0
  if [[ -z $ids ]]; then
    REPLY='[]'
    return 0
  fi
  format="{\"name\":${o}json (index .Config.Labels \"com.docker.compose.service\")${c},\"container\":${o}json .ID${c}"
  format+=",\"image\":${o}json .Config.Image${c},\"state\":${o}json .State.Status${c}"
  format+=",\"health\":${o}if .State.Health${c}${o}json .State.Health.Status${c}${o}else${c}\"none\"${o}end${c}"
  format+=",\"exitCode\":${o}json .State.ExitCode${c},\"startedAt\":${o}json .State.StartedAt${c}"
  format+=",\"restarts\":${o}json .RestartCount${c}"
  format+=",\"configHash\":${o}json (index .Config.Labels \"com.docker.compose.config-hash\")${c}}"
  # shellcheck disable=SC2086 # ids are hexadecimal, one a word
  if ids=$(docker inspect --type container --format "$format" $ids); then REPLY="[${ids//$'\n'/,}]"; fi
}

# json_compose_hashes: REPLY is a list with a service's name and the hash of what compose would make of it now; null where
# compose can't tell.
json_compose_hashes() {
  local lines name hash list=()
  REPLY=null
  if [[ ! -f $fk_stack/docker-compose.yaml ]]; then return 0; fi
  lines=$(compose config --hash '*' 2>/dev/null) || return 0
  while read -r name hash; do
    if [[ $name =~ ^[a-z0-9][a-z0-9_-]{0,62}$ && $hash =~ ^[0-9a-f]{64}$ ]]; then
      list+=("{\"name\":\"$name\",\"hash\":\"$hash\"}")
    fi
  done <<<"$lines"
  json_list "${list[@]}"
}

# container_state SERVICE: REPLY is `ID STATE` of its container; empty where it has none.
container_state() {
  local id
  id=$(containers_of "$1")
  id=${id%%$'\n'*}
  REPLY=
  if [[ -n $id ]]; then REPLY="$id $(docker inspect --type container --format "${fk_open}.State.Status${fk_close}" "$id")"; fi
}

is_running() {
  container_state "$1"
  [[ ${REPLY#* } =~ ^(running|restarting|paused)$ ]]
}
