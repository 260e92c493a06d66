# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Everything is checked, fetched and filled in before the first file is replaced. A file that is as it should be is not
# touched, so that a program that watches it sees nothing.

readonly fk_keep=5

fence
work_directory
use_region
count=0
declare -a path_of mode_of owner_of hash_of secret_of versions_of

stage() { # PATH MODE OWNER HASH; the content is in $fk_work/COUNT
  local content=$fk_work/$count
  may_write "$1" || fail BadPath "files are written below the directories of Fleetkeeper only, not to: $1"
  [[ $2 =~ ^0[0-7]{3}$ ]] || fail BadMode "not a file mode: $2"
  [[ $3 =~ ^[0-9]{1,10}:[0-9]{1,10}$ ]] || fail BadOwner "not an owner in numbers: $3"
  if [[ $1 == "$fk_data"/* ]] && ! data_mounted; then fail VolumeNotMounted "the data volume is not mounted at $fk_data"; fi
  file_hash "$content"
  [[ $REPLY == "$4" ]] || fail ContentDiffers "the content for $1 is not the one that was announced"
  secret_of[count]=plain versions_of[count]=
  if has_secrets "$content"; then
    [[ $2 =~ ^0[46]00$ ]] || fail SecretsInPublicFile "$1 holds secrets, so its mode must be 0600 or 0400"
    secret_of[count]=secrets
  fi
  if has_marks "$content"; then
    fill_secrets "$content"
    versions_of[count]=$REPLY
  fi
  path_of[count]=$1 mode_of[count]=$2 owner_of[count]=$3 hash_of[count]=$4
  count=$((count + 1))
}

while read -r word path mode owner hash first second third; do
  if [[ -z $word ]]; then continue; fi
  for name in path mode owner hash; do
    decoded "${!name}"
    printf -v "$name" '%s' "$REPLY"
  done
  case $word in
    file)
      # Straight into the file, so that it arrives byte for byte.
      if [[ $first == - ]]; then : >"$fk_work/$count"; else base64 -d <<<"$first" >"$fk_work/$count"; fi
      ;;
    object)
      for name in first second third; do
        decoded "${!name}"
        printf -v "$name" '%s' "$REPLY"
      done
      aws s3api get-object --bucket "$first" --key "$second" --version-id "$third" "$fk_work/$count" >/dev/null ||
        fail ObjectUnavailable "the host could not read s3://$first/$second; $fk_log on the host has the reason"
      ;;
    *) fail BadRequest "not a record of write-files: $word" ;;
  esac
  stage "$path" "$mode" "$owner" "$hash"
done <<<"$fk_request"

# keep_previous PATH DIRECTORY: what is there now is kept, whoever wrote it; the oldest goes.
keep_previous() {
  local written='' rendered='' secrets='' name oldest number=1
  if [[ ! -f $1 ]]; then return 0; fi
  if [[ -r $2/written ]]; then read -r written rendered secrets _ <"$2/written" || true; fi
  file_hash "$1"
  # By the hash of what was asked for, which gives nothing away of a secret in it.
  if [[ $REPLY == "$rendered" ]]; then name=$written
  elif [[ $secrets == secrets ]]; then name=edited
  else name=$REPLY; fi
  mkdir -p "$2/previous"
  for oldest in "$2"/previous/*; do
    if [[ -f $oldest ]]; then
      oldest=${oldest##*/}
      number=$((10#${oldest%%.*} + 1))
    fi
  done
  # Kept already by a run that was killed right after.
  if [[ -f $2/previous/$(printf '%08d' $((number - 1))).$name ]]; then return 0; fi
  replace_file "$2/previous/$(printf '%08d' "$number").$name" 0600 0:0 <"$1"
  for oldest in "$2"/previous/*; do
    if ((10#$(basename "${oldest%%.*}") <= number - fk_keep)); then rm -f -- "$oldest"; fi
  done
}

write() { # NUMBER: REPLY says whether anything changed
  local path=${path_of[$1]} mode=${mode_of[$1]} owner=${owner_of[$1]} content=$fk_work/$1 kept want have now=''
  file_hash "$content"
  want="${hash_of[$1]} $REPLY ${secret_of[$1]}${versions_of[$1]:+ ${versions_of[$1]}}"
  kept_of "$path"
  kept=$REPLY
  have=$(cat "$kept/written" 2>/dev/null) || have=
  if [[ -f $path && ! -L $path ]]; then
    file_hash "$path"
    now="$REPLY $(stat -c '%04a %u:%g' "$path")"
  fi
  file_hash "$content"
  if [[ $have == "$want" && $now == "$REPLY $mode $owner" ]]; then
    REPLY=false
    return 0
  fi
  mkdir -p "$kept"
  if [[ -d $path && ! -L $path ]]; then fail NotAFile "$path is a directory"; fi
  (umask 022 && mkdir -p "${path%/*}")
  rm -f -- "${path%/*}"/.fleetkeeper.???????? "$kept"/.fleetkeeper.???????? "$kept"/previous/.fleetkeeper.????????
  if [[ ${now%% *} != "$REPLY" ]]; then keep_previous "$path" "$kept"; fi
  # The file first: killed in between, it counts as not written, and is written again.
  replace_file "$path" "$mode" "$owner" <"$content"
  printf '%s\n' "$want" | replace_file "$kept/written" 0600 0:0
  REPLY=true
}

results=()
for ((number = 0; number < count; number++)); do
  write "$number"
  changed=$REPLY
  json_string "${path_of[number]}"
  results+=("{\"path\":$REPLY,\"changed\":$changed}")
done
json_list "${results[@]}"
done_with "{\"files\":$REPLY}"
