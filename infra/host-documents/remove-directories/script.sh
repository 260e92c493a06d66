# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# A directory leaves by one renaming, so that the runner never sees half of one, and is deleted where nobody looks. One that a
# docker-machine process names, or that isn't as it was listed, stays.

fence
data_mounted || fail VolumeNotMounted "the data volume is not mounted at $fk_data"
if [[ -L $fk_machines || ! -d $fk_machines ]]; then fail NoMachinesDirectory "there is no directory $fk_machines"; fi
[[ -r $fk_machines/.fleetkeeper-volume ]] || fail NoSentinel "$fk_machines has no sentinel, so it may be another one"
readonly fk_removed=$fk_data/machine/.fleetkeeper-removed

names=() ids=() broken=''
while read -r word name id; do
  if [[ -z $word ]]; then continue; fi
  [[ $word == directory ]] || fail BadRequest "a request names directories, and nothing else"
  decoded "$name"
  # A machine's name and nothing else: no path, no pattern, no other directory of docker-machine's.
  [[ $REPLY =~ ^[A-Za-z0-9][A-Za-z0-9.-]*-[0-9]{9,12}-[0-9a-f]{8}[A-Za-z0-9.-]*$ && $REPLY != *..* ]] || fail BadRequest "that isn't a machine's name"
  names+=("$REPLY")
  decoded "${id:--}"
  [[ $REPLY =~ ^(i-[0-9a-f]{1,32})?$ ]] || fail BadRequest "that isn't an instance's id"
  ids+=("$REPLY")
done <<<"$fk_request"
((${#names[@]} > 0)) || fail BadRequest "no directory is named"

# in_flight NAME: whether a process works on it. Without Docker's answer nobody knows.
in_flight() {
  json_processes
  [[ $REPLY != null ]] || fail DockerSilent "the manager's processes can't be told, so nothing is removed"
  [[ $REPLY == *"\"$1\""* ]]
}

mkdir -p "$fk_removed"
# What a killed run had renamed: its way is gone on with, unless docker-machine began to work on it again.
for left in "$fk_removed"/*/; do
  if [[ ! -d $left ]]; then continue; fi
  name=${left%/}
  name=${name##*/}
  if in_flight "$name" && [[ ! -e $fk_machines/$name ]]; then mv -nT -- "${left%/}" "$fk_machines/$name"; else rm -rf -- "${left%/}"; fi
done

removed=() gone=() kept=()
keep() {
  json_string "$1"
  kept+=("{\"name\":$REPLY,\"why\":\"$2\"}")
}
for index in "${!names[@]}"; do
  name=${names[index]}
  path=$fk_machines/$name
  json_string "$name"
  literal=$REPLY
  if [[ ! -e $path && ! -L $path ]]; then
    gone+=("$literal")
    continue
  fi
  if [[ -L $path || ! -d $path ]]; then
    keep "$name" not-a-directory
    continue
  fi
  machine_id "$path"
  if [[ $REPLY != "${ids[index]}" ]]; then
    keep "$name" changed
    continue
  fi
  if in_flight "$name"; then
    keep "$name" in-flight
    continue
  fi
  mv -nT -- "$path" "$fk_removed/$name"
  # A process that began meanwhile found it or didn't; one that names it now gets it back.
  if in_flight "$name" && [[ ! -e $path ]]; then
    mv -nT -- "$fk_removed/$name" "$path"
    keep "$name" in-flight
    continue
  fi
  rm -rf -- "${fk_removed:?}/$name"
  removed+=("$literal")
done
json_list "${removed[@]}"
removed_list=$REPLY
json_list "${gone[@]}"
gone_list=$REPLY
json_list "${kept[@]}"
done_with "{\"removed\":$removed_list,\"gone\":$gone_list,\"kept\":$REPLY}"
