# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# docker-machine's machines as the manager knows them: the directories on its disk (it makes one before it launches an
# instance), and the processes that are at work on one. `docker-machine ls` is never run: it dials every machine.

readonly fk_machines=$fk_data/machine/machines

# machine_id DIRECTORY: REPLY is the instance id in its config.json; empty where there is none (yet). broken: it has no such
# file, which docker-machine writes before it launches anything.
machine_id() {
  local try
  REPLY='' broken=''
  # It is replaced by deleting and renaming: it may be gone for a moment.
  for try in 1 2 3; do
    if [[ -r $1/config.json ]]; then
      REPLY=$(sed -n 's/^.*"InstanceId": *"\(i-[0-9a-f]*\)".*$/\1/p' "$1/config.json" 2>/dev/null | head -n 1) || REPLY=
      return 0
    fi
    if ((try < 3)); then sleep 0.2; fi
  done
  broken=yes
}

# json_machines: REPLY is the directory's content with count and hash; null where it can't be read.
json_machines() {
  local mount volume='' generation='' broken entry name id lines='' entries=() count=0 hash sentinel=null
  REPLY=null
  if [[ ! -d $fk_machines || ! -r $fk_machines ]]; then return 0; fi
  mount=$(findmnt -n -o TARGET -T "$fk_machines") || return 0
  if [[ -r $fk_machines/.fleetkeeper-volume ]]; then
    read -r volume generation _ <"$fk_machines/.fleetkeeper-volume" || true
    if [[ $volume =~ ^vol-[0-9a-f]+$ && $generation =~ ^[1-9][0-9]{0,9}$ ]]; then
      sentinel="{\"volume\":\"$volume\",\"generation\":$generation}"
    fi
  fi
  for entry in "$fk_machines"/*/; do
    if [[ ! -d $entry ]]; then continue; fi
    name=${entry%/}
    name=${name##*/}
    machine_id "$entry"
    id=$REPLY
    lines+="$name"$'\t'"$id"$'\n'
    count=$((count + 1))
    json_string "$name"
    entries+=("{\"name\":$REPLY${id:+,\"instanceId\":\"$id\"}${broken:+,\"broken\":true}}")
  done
  hash=$(printf '%s' "$lines" | sort | sha256sum)
  json_string "$mount"
  mount=$REPLY
  json_list "${entries[@]}"
  REPLY="{\"instance\":\"$fk_instance\",\"path\":\"$fk_machines\",\"mount\":$mount,\"sentinel\":$sentinel,\"machines\":$REPLY,\"count\":$count,\"hash\":\"${hash%% *}\"}"
}

# json_runner: whether there is a container of the runner manager, running or not; null where Docker doesn't answer.
json_runner() {
  local ids
  REPLY=null
  fk_docker_answers || return 0
  ids=$(docker ps --all --no-trunc --quiet --filter "label=com.docker.compose.project=$fk_project" --filter label=com.docker.compose.service=gitlab-runner) || return 0
  if [[ -n $ids ]]; then REPLY=true; else REPLY=false; fi
}

# json_processes: REPLY is a list of machine names in docker-machine's command lines; null where Docker doesn't answer.
json_processes() {
  local ids id listed names=() line word
  REPLY=null
  fk_docker_answers || return 0
  ids=$(docker ps --no-trunc --quiet --filter "label=com.docker.compose.project=$fk_project" --filter label=com.docker.compose.service=gitlab-runner) || return 0
  for id in $ids; do
    listed=$(docker top "$id" -eo pid,args) || return 0
    while IFS= read -r line; do
      if [[ $line != *docker-machine* ]]; then continue; fi
      for word in $line; do
        if [[ $word =~ ^[A-Za-z0-9.-]*-[0-9]{9,12}-[0-9a-f]{8}[A-Za-z0-9.-]*$ ]]; then
          json_string "$word"
          names+=("$REPLY")
        fi
      done
    done <<<"$listed"
  done
  json_list "${names[@]}"
}
