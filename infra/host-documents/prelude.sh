# shellcheck shell=bash disable=SC2034 # parts share variables; the whole is checked as it is rendered
# Put in front of every host document's script. What it relies on is part of Amazon Linux 2023: bash 5, coreutils, gzip, sed,
# grep, util-linux (flock, lsblk, findmnt), curl. Its own output is one JSON line and an end mark on descriptor 3; all else
# that is printed goes to a log on the host, because SSM keeps what a command prints, and others can read it there.
set -Eeuo pipefail
umask 077
shopt -u patsub_replacement 2>/dev/null || true
export LC_ALL=C HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /

readonly fk_data=/srv/fleetkeeper
readonly fk_state=/var/lib/fleetkeeper
readonly fk_logs=/var/log/fleetkeeper
readonly fk_project=fleetkeeper
: "${FK_DOCUMENT:?}" "${SSM_Nonce:?}"
# Go templates are told by two braces, which SSM takes for its own.
readonly fk_open='{''{' fk_close='}''}'

fk_ended=
fk_where=
fk_instance=
fk_work=

mkdir -p "$fk_state" "$fk_logs"
fk_log=$fk_logs/$FK_DOCUMENT.log
if [[ -f $fk_log ]] && (($(stat -c %s "$fk_log") > 1048576)); then mv -f "$fk_log" "$fk_log.1"; fi
exec 3>&1 4>&2 >>"$fk_log" 2>&1
printf '%s %s\n' "$(date -u +%FT%TZ)" "$SSM_Nonce"

# --- the answer -------------------------------------------------------------------------------------------------------

# json_string TEXT: REPLY is the JSON literal.
json_string() {
  local text=$1 code char escaped
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\r'/\\r}
  text=${text//$'\t'/\\t}
  if [[ $text == *[$'\001'-$'\037']* ]]; then
    for code in {1..31}; do
      printf -v char '%b' "\\0$(printf '%03o' "$code")"
      printf -v escaped '\\u%04x' "$code"
      text=${text//"$char"/"$escaped"}
    done
  fi
  REPLY="\"$text\""
}

# json_text TEXT: like json_string; null where it is empty.
json_text() {
  if [[ -z $1 ]]; then REPLY=null; else json_string "$1"; fi
}

# json_number TEXT: REPLY is the whole number, null where it isn't one.
json_number() {
  if [[ $1 =~ ^(0|-?[1-9][0-9]{0,17})$ ]]; then REPLY=$1; else REPLY=null; fi
}

# json_list ITEM...: REPLY is an array of JSON values.
json_list() {
  local IFS=,
  REPLY="[$*]"
}

fk_print() {
  local line=$1 hash
  if ((${#line} > 8000)); then line=gzip:$(printf '%s' "$line" | gzip -9n | base64 -w 0); fi
  hash=$(printf '%s' "$line" | sha256sum)
  fk_ended=yes
  printf '%s\n#fleetkeeper-end nonce=%s bytes=%d sha256=%s\n' "$line" "$SSM_Nonce" "${#line}" "${hash%% *}" >&3
}

fk_answer() {
  fk_print "{\"document\":\"fleetkeeper-$FK_DOCUMENT\",\"instance\":\"$fk_instance\",$1}"
}

# done_with JSON: ends the script with this result.
done_with() {
  fk_answer "\"state\":\"done\",\"result\":$1"
  exit 0
}

# fail CODE MESSAGE: ends it without. The message goes to SSM: no secret, and nothing that another program printed.
fail() {
  local message
  json_string "$2"
  message=$REPLY
  fk_answer "\"state\":\"failed\",\"code\":\"$1\",\"message\":$message"
  printf '%s: %s\n' "$1" "$2" >&4
  exit 1
}

fk_failed() { fk_where="line $2 of $FK_DOCUMENT (status $1)"; }
fk_leave() {
  local status=$?
  if [[ -n $fk_work ]]; then rm -rf -- "$fk_work"; fi
  if [[ -z $fk_ended ]] && ((status != 0)); then
    fk_answer "\"state\":\"failed\",\"code\":\"Unexpected\",\"message\":\"a command failed at ${fk_where:-an unknown line}; $fk_log on the host has the reason\""
  fi
}
trap 'fk_failed "$?" "$LINENO"' ERR
trap fk_leave EXIT

# --- what was asked ---------------------------------------------------------------------------------------------------

# A directory of this run's own, in memory; gone when it ends. It is locked for as long as this process lives, so that fence
# can tell what a killed one left.
work_directory() {
  if [[ -n $fk_work ]]; then return 0; fi
  mkdir -p /run/fleetkeeper
  while [[ -z $fk_work ]]; do
    fk_work=$(mktemp -d /run/fleetkeeper/work.XXXXXXXX)
    exec 8<"$fk_work"
    # Taken for a dead one's between the two lines above: another one, then.
    if ! flock -n 8 || [[ ! -d $fk_work ]]; then fk_work=; fi
  done
}

# fk_request: the payload's records, one a line, a word and its fields in base64. Read whole, or the script ends here.
fk_request=
if [[ -n ${SSM_Payload:-} ]]; then fk_request=$(base64 -d <<<"$SSM_Payload" | gzip -d); fi
readonly fk_request

# decoded FIELD: REPLY is its text, byte for byte.
decoded() {
  if [[ $1 == - ]]; then
    REPLY=
    return
  fi
  REPLY=$(base64 -d <<<"$1" && printf x)
  REPLY=${REPLY%x}
}

# --- where this runs --------------------------------------------------------------------------------------------------

fk_metadata() {
  curl -fsS --noproxy '*' --max-time 5 -H "X-aws-ec2-metadata-token: $fk_token" "http://169.254.169.254/latest/meta-data/$1"
}

identify() {
  fk_token=$(curl -fsS --noproxy '*' --max-time 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
  fk_instance=$(fk_metadata instance-id)
  [[ $fk_instance =~ ^i-[0-9a-f]{1,32}$ ]]
}

# For the AWS CLI, which doesn't know where it is.
use_region() {
  AWS_REGION=$(fk_metadata placement/region)
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER='' AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv4
}

# --- one writer at a time, and never an older run after a newer one -----------------------------------------------------

# fence: takes the host's lock and checks the lease's epoch. Every document that writes begins with it.
fence() {
  local incarnation='' epoch=''
  : "${SSM_Incarnation:?}" "${SSM_Epoch:?}"
  exec 9>>"$fk_state/lock"
  if ! flock -w 20 9; then fail Busy "another command is at work on this host ($(cat "$fk_state/holder" || true))"; fi
  if [[ -f $fk_state/fence ]]; then read -r incarnation epoch <"$fk_state/fence" || true; fi
  if [[ $incarnation == "$SSM_Incarnation" ]] && ((SSM_Epoch < epoch)); then
    fk_answer "\"state\":\"refused\",\"epoch\":$epoch"
    exit 3
  fi
  if [[ "$incarnation $epoch" != "$SSM_Incarnation $SSM_Epoch" ]]; then
    printf '%s %s\n' "$SSM_Incarnation" "$SSM_Epoch" | replace_file "$fk_state/fence" 0600 0:0
  fi
  printf '%s\n' "$FK_DOCUMENT" >"$fk_state/holder"
  fk_tidy
}

# fk_tidy: what killed scripts left half-written. Only under the lock, when nobody else is writing.
fk_tidy() {
  local left
  for left in "$fk_state" /etc /etc/docker /etc/systemd/system/docker.service.d /usr/local/lib/docker/cli-plugins "$fk_data" "$fk_data/machine/machines"; do
    rm -f -- "$left"/.fleetkeeper.????????
  done
  for left in /run/fleetkeeper/work.*; do
    if [[ -d $left ]]; then flock -n "$left" rm -rf -- "$left" || true; fi
  done
}

# --- files ------------------------------------------------------------------------------------------------------------

# replace_file PATH MODE OWNER: standard input becomes the file, whole or not at all.
replace_file() {
  local path=$1 next
  next=$(mktemp "${path%/*}/.fleetkeeper.XXXXXXXX")
  cat >"$next"
  chown "$3" "$next"
  chmod "$2" "$next"
  sync "$next"
  mv -fT -- "$next" "$path"
}

# may_write PATH: whether it is a plain absolute path below the directories that are ours.
may_write() {
  [[ $1 =~ ^/(srv|etc|opt)/fleetkeeper/[A-Za-z0-9_.@/-]*[A-Za-z0-9_.@-]$ && $1 != *//* && $1/ != */./* && $1/ != */../* ]]
}

# file_hash PATH: REPLY is its SHA-256.
file_hash() {
  REPLY=$(sha256sum <"$1")
  REPLY=${REPLY%% *}
}

# text_hash TEXT
text_hash() {
  REPLY=$(printf '%s' "$1" | sha256sum)
  REPLY=${REPLY%% *}
}

# kept_of PATH: REPLY is the directory in which write-files keeps what it knows of a file.
kept_of() {
  text_hash "$1"
  REPLY=$fk_state/files/$REPLY
}

# data_mounted: whether the data volume is where it belongs. Services must never write below its mount point without it.
data_mounted() {
  local target
  target=$(findmnt -n -o TARGET -T "$fk_data" 2>/dev/null) && [[ $target == "$fk_data" ]]
}

fk_docker_answers() {
  command -v docker >/dev/null && docker version --format "${fk_open}.Server.Version${fk_close}" >/dev/null 2>&1
}

identify
