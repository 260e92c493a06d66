# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# One question that fails leaves its own answer null: the others still count.

readonly fk_docker_proxy=/etc/systemd/system/docker.service.d/fleetkeeper-proxy.conf
readonly fk_runner_directory=$fk_data/runner
mounts=() files=()

tell_device() {
  local path volume system uuid mount size
  json_string "$1" && path=$REPLY
  json_text "$2" && volume=$REPLY
  json_number "$3" && size=$REPLY
  json_text "$4" && system=$REPLY
  json_text "$5" && uuid=$REPLY
  json_text "$7" && mount=$REPLY
  devices+=("{\"path\":$path,\"volume\":$volume,\"sizeBytes\":$size,\"fileSystem\":$system,\"uuid\":$uuid,\"mountPoint\":$mount}")
}

tell_mount() {
  local path target='' source='' system='' uuid='' mounted=false total='' available='' sizes
  json_string "$1" && path=$REPLY
  read -r target source system uuid < <(findmnt -n -o TARGET,SOURCE,FSTYPE,UUID -T "$1" 2>/dev/null) || true
  if [[ $target == "$1" ]]; then
    mounted=true
    sizes=$(df -B 1 --output=size,avail "$1" 2>/dev/null | tail -n 1) || sizes=
    read -r total available <<<"$sizes" || true
  else
    source='' system='' uuid=''
  fi
  json_text "$source" && source=$REPLY
  json_text "$system" && system=$REPLY
  json_text "$uuid" && uuid=$REPLY
  json_number "$total" && total=$REPLY
  json_number "$available" && available=$REPLY
  mounts+=("{\"path\":$path,\"mounted\":$mounted,\"source\":$source,\"fileSystem\":$system,\"uuid\":$uuid,\"totalBytes\":$total,\"availableBytes\":$available}")
}

# Files outside of what write-files may touch are not told of: facts are no way to read a host.
tell_file() {
  local path kept written='' rendered='' secrets='' versions='' exists=false intact=false hash='' mode='' owner='' size='' modified='' list=() name previous
  json_string "$1" && path=$REPLY
  kept_of "$1" && kept=$REPLY
  if [[ -r $kept/written ]]; then read -r written rendered secrets versions <"$kept/written" || true; fi
  if [[ -f $1 && ! -L $1 ]]; then
    exists=true
    read -r mode owner size modified < <(stat -c '%04a %u:%g %s %Y' "$1")
    file_hash "$1" && hash=$REPLY
    if [[ $hash == "$rendered" ]]; then intact=true; fi
    if [[ $secrets == secrets || $mode =~ ^0[0-7]00$ ]]; then hash=; fi
  fi
  for name in "$kept"/previous/*; do
    if [[ -f $name ]]; then
      name=${name##*/}
      list=("\"${name#*.}\"" "${list[@]}")
    fi
  done
  json_text "$written" && written=$REPLY
  json_text "$hash" && hash=$REPLY
  json_text "$mode" && mode=$REPLY
  json_text "$owner" && owner=$REPLY
  json_number "$size" && size=$REPLY
  json_number "$modified" && modified=$REPLY
  json_list "${list[@]}"
  previous=$REPLY
  tell_secrets "$versions"
  files+=("{\"path\":$path,\"exists\":$exists,\"written\":$written,\"intact\":$intact,\"sha256\":$hash,\"mode\":$mode,\"owner\":$owner,\"size\":$size,\"modifiedAt\":$modified,\"previous\":$previous$REPLY}")
}

# tell_secrets PARAMETER=VERSION,...: REPLY is a member for them, with the versions that Parameter Store has now; none
# without secrets. The values are not asked for.
tell_secrets() {
  local one name number now list=()
  REPLY=
  if [[ -z $1 ]]; then return 0; fi
  for one in ${1//,/ }; do
    name=${one%=*} number=${one##*=}
    json_number "$number" && number=$REPLY
    json_number "${current_of[$name]:-}" && now=$REPLY
    json_string "$name"
    list+=("{\"parameter\":$REPLY,\"written\":$number,\"current\":$now}")
  done
  json_list "${list[@]}"
  REPLY=",\"secrets\":$REPLY"
}

# current_versions PATH...: fills current_of for what write-files put into these. What can't be told stays out of it.
current_versions() {
  local path written versions one answer name number names=()
  declare -A seen=()
  for path in "$@"; do
    kept_of "$path"
    if [[ ! -r $REPLY/written ]]; then continue; fi
    read -r written _ _ versions <"$REPLY/written" || true
    for one in ${versions//,/ }; do
      if [[ -z ${seen[${one%=*}]+x} ]]; then seen[${one%=*}]=1 names+=("${one%=*}"); fi
    done
  done
  if ((${#names[@]} == 0)); then return 0; fi
  use_region || return 0
  while ((${#names[@]} > 0)); do
    # Ten are the most that one call takes. Where Parameter Store can't be reached, the other facts still have their time.
    answer=$(timeout 20 aws ssm get-parameters --names "${names[@]:0:10}" --query 'Parameters[].[Name,Version]' --output text) || answer=
    while read -r name number; do
      if [[ -n $name ]]; then current_of[$name]=$number; fi
    done <<<"$answer"
    names=("${names[@]:10}")
  done
}

tell_docker() {
  local installed=false running=false version='' server='' plugin='' pruned='' proxy=''
  # The client answers without the daemon too, and then still ends with an error.
  version=$(docker version --format "${fk_open}.Client.Version${fk_close}" 2>/dev/null) || true
  if [[ -n $version ]]; then
    installed=true
    if server=$(docker version --format "${fk_open}.Server.Version${fk_close}" 2>/dev/null); then
      running=true version=$server
    fi
    plugin=$(docker compose version --short 2>/dev/null) || plugin=
  fi
  docker_runs=$running
  json_text "${version%%$'\n'*}" && version=$REPLY
  json_text "${plugin#v}" && plugin=$REPLY
  if [[ -r $fk_state/pruned ]]; then read -r pruned <"$fk_state/pruned" || true; fi
  json_number "$pruned" && pruned=$REPLY
  if [[ -f $fk_docker_proxy ]]; then file_hash "$fk_docker_proxy" && proxy=$REPLY; fi
  json_text "$proxy" && proxy=$REPLY
  REPLY="{\"installed\":$installed,\"running\":$running,\"version\":$version,\"compose\":$plugin,\"prunedAt\":$pruned,\"proxy\":$proxy}"
}

# GitLab answers its monitoring endpoints to loopback only, so it is asked from inside its container; Puma directly, because
# what is in front of it may redirect or end TLS.
tell_gitlab() {
  local id state readiness version='' password=null file=$fk_data/gitlab/config/initial_root_password
  container_state gitlab
  read -r id state <<<"$REPLY" || true
  REPLY=null
  if [[ -z $id ]]; then return 0; fi
  readiness=0
  if [[ $state == running ]]; then
    readiness=$(docker exec "$id" curl -s -o /dev/null --max-time 10 -w '%{http_code}' 'http://127.0.0.1:8080/-/readiness?all=1') || true
    if [[ ! $readiness =~ ^[1-9][0-9]{2}$ ]]; then readiness=0; fi
    version=$(docker exec "$id" head -n 1 /opt/gitlab/version-manifest.txt 2>/dev/null) || version=
    if [[ $version =~ ^gitlab-(ee|ce)\ ([0-9]+\.[0-9]+\.[0-9]+) ]]; then version=${BASH_REMATCH[2]}-${BASH_REMATCH[1]}; else version=; fi
  fi
  if data_mounted; then if [[ -e $file ]]; then password=true; else password=false; fi; fi
  json_text "$version" && version=$REPLY
  REPLY="{\"container\":\"$id\",\"readiness\":$readiness,\"version\":$version,\"initialRootPassword\":$password}"
}

# metric NAME: the sum of a metric's samples, as a whole number; empty where there is none.
metric() {
  awk -v name="$1" 'index($1, name) == 1 && ($1 == name || substr($1, length(name) + 1, 1) == "{") { sum += $NF; seen = 1 } END { if (seen) printf "%.0f", sum }' <<<"$metrics"
}

tell_metrics() {
  local metrics version='' loaded errors concurrent jobs
  REPLY=null
  metrics=$(curl -fsS --noproxy '*' --max-time 5 http://127.0.0.1:9252/metrics 2>/dev/null) || return 0
  version=$(sed -n 's/^gitlab_runner_version_info{.*version="\([0-9A-Za-z.~+-]*\)".*$/\1/p' <<<"$metrics" | head -n 1) || version=
  loaded=$(metric gitlab_runner_configuration_loaded_total)
  errors=$(metric gitlab_runner_configuration_loading_error_total)
  concurrent=$(metric gitlab_runner_concurrent)
  jobs=$(metric gitlab_runner_jobs)
  json_text "$version" && version=$REPLY
  json_number "$loaded" && loaded=$REPLY
  json_number "$errors" && errors=$REPLY
  json_number "$concurrent" && concurrent=$REPLY
  json_number "${jobs:-0}" && jobs=$REPLY
  REPLY="{\"version\":$version,\"configurationsLoaded\":$loaded,\"loadingErrors\":$errors,\"concurrent\":$concurrent,\"jobs\":$jobs}"
}

tell_runner() {
  local config=$fk_runner_directory/config.toml exists=false mode='' size='' modified='' digest='' redacted='' system='' text
  REPLY=null
  if ! data_mounted; then return 0; fi
  if [[ -f $config ]]; then
    exists=true
    read -r mode size modified < <(stat -c '%04a %s %Y' "$config")
    text=$(cat "$config" && printf x)
    keyed_digest "${text%x}" && digest=$REPLY
    redact_toml "$config" && redacted=$REPLY
  fi
  if [[ -r $fk_runner_directory/.runner_system_id ]]; then read -r system <"$fk_runner_directory/.runner_system_id" || true; fi
  if [[ ! $system =~ ^[sr]_[0-9A-Za-z]{12}$ ]]; then system=; fi
  json_text "$mode" && mode=$REPLY
  json_number "$size" && size=$REPLY
  json_number "$modified" && modified=$REPLY
  json_text "$digest" && digest=$REPLY
  json_text "$redacted" && redacted=$REPLY
  json_text "$system" && system=$REPLY
  tell_metrics
  REPLY="{\"exists\":$exists,\"mode\":$mode,\"size\":$size,\"modifiedAt\":$modified,\"digest\":$digest,\"redacted\":$redacted,\"systemId\":$system,\"metrics\":$REPLY}"
}

# tell_certificates: when what GitLab serves with ends: ours, and those that it keeps itself. Certificates are public.
tell_certificates() {
  local file end list=()
  REPLY=null
  if ! data_mounted; then return 0; fi
  for file in "$fk_data/stack/gitlab/tls.crt" "$fk_data"/gitlab/config/ssl/*.crt; do
    if [[ ! -r $file ]] || ((${#list[@]} >= 20)); then continue; fi
    end=$(openssl x509 -in "$file" -noout -enddate 2>/dev/null) && end=$(date -u -d "${end#notAfter=}" +%s 2>/dev/null) || end=
    json_number "$end" && end=$REPLY
    json_string "${file#"$fk_data/"}"
    list+=("{\"path\":$REPLY,\"notAfter\":$end}")
  done
  json_list "${list[@]}"
}

tell_system() {
  local id='' version='' kernel architecture
  if [[ -r /etc/os-release ]]; then
    id=$(sed -n 's/^ID="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
    version=$(sed -n 's/^VERSION_ID="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
  fi
  json_text "$id" && id=$REPLY
  json_text "$version" && version=$REPLY
  json_text "$(uname -r)" && kernel=$REPLY
  json_text "$(uname -m)" && architecture=$REPLY
  REPLY="{\"id\":$id,\"version\":$version,\"kernel\":$kernel,\"architecture\":$architecture}"
}

tell_fence() {
  local incarnation='' epoch=''
  if [[ -r $fk_state/fence ]]; then read -r incarnation epoch <"$fk_state/fence" || true; fi
  REPLY=null
  if [[ $incarnation =~ ^[0-9A-Za-z-]{1,64}$ && $epoch =~ ^[0-9]{1,15}$ ]]; then
    REPLY="{\"incarnation\":\"$incarnation\",\"epoch\":$((10#$epoch))}"
  fi
}

tell_busy() {
  local holder
  REPLY=null
  if [[ ! -e $fk_state/lock ]] || flock -n "$fk_state/lock" true; then return 0; fi
  holder=$(cat "$fk_state/holder" 2>/dev/null) || holder=
  json_string "${holder:-another command}"
}

clock=$(date +%s%3N)
read -r uptime _ </proc/uptime || uptime=
json_number "${uptime%%.*}" && uptime=$REPLY
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) || boot=
json_text "$boot" && boot=$REPLY
agent=$(rpm -q --qf '%{VERSION}' amazon-ssm-agent 2>/dev/null) || agent=
json_text "$agent" && agent=$REPLY
tell_system && system=$REPLY
tell_fence && fenced=$REPLY
tell_busy && busy=$REPLY

devices=()
each_device tell_device
json_list "${devices[@]}" && devices_json=$REPLY
sentinel=null
if data_mounted; then json_sentinel "$fk_data/$fk_sentinel" && sentinel=$REPLY; fi

asked=()
while read -r word field _; do
  if [[ -z $word ]]; then continue; fi
  decoded "$field"
  case $word in
    mount) tell_mount "$REPLY" ;;
    file) if may_write "$REPLY"; then asked+=("$REPLY"); fi ;;
  esac
done <<<"$fk_request"
declare -A current_of=()
current_versions "${asked[@]}"
for path in "${asked[@]}"; do tell_file "$path"; done
json_list "${mounts[@]}" && mounts_json=$REPLY
json_list "${files[@]}" && files_json=$REPLY

docker_runs=false
tell_docker && docker_json=$REPLY
services=null gitlab=null hashes=null
if [[ $docker_runs == true ]]; then
  json_services && services=$REPLY
  json_compose_hashes && hashes=$REPLY
  tell_gitlab && gitlab=$REPLY
fi
tell_runner && runner=$REPLY
tell_certificates && certificates=$REPLY
json_machines && machines=$REPLY
json_processes && processes=$REPLY

result="{\"version\":1,\"clock\":$clock,\"bootId\":$boot,\"uptimeSeconds\":$uptime,\"os\":$system,\"agentVersion\":$agent"
result+=",\"fence\":$fenced,\"busy\":$busy,\"devices\":$devices_json,\"sentinel\":$sentinel,\"mounts\":$mounts_json"
result+=",\"docker\":$docker_json,\"files\":$files_json,\"services\":$services,\"composeHashes\":$hashes,\"gitlab\":$gitlab,\"runner\":$runner,\"certificates\":$certificates"
result+=",\"machines\":$machines,\"processes\":$processes}"
done_with "$result"
