# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Removes images that no container uses, ended ones counted, that the compose file doesn't name, and that have been here for
# long enough. Never by force: an image that is used after all stays.

fence
read -r word seconds _ <<<"$fk_request"
decoded "${seconds:--}"
seconds=$REPLY
[[ $word == unused-for && $seconds =~ ^[0-9]{1,9}$ ]] || fail BadRequest "prune-images wants an age in seconds"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"

used=
containers=$(docker ps --all --no-trunc --quiet)
if [[ -n $containers ]]; then
  # shellcheck disable=SC2086 # ids are hexadecimal, one a word
  used=$(docker inspect --type container --format "${fk_open}.Image${fk_close}" $containers)
fi
named=
if [[ -f $fk_stack/docker-compose.yaml ]]; then
  named=$(compose config --images) || fail BadComposeFile "docker compose refuses the compose file, so nothing is pruned"
fi
now=$(date +%s)
removed=()
images=$(docker image ls --all --no-trunc --quiet | sort -u)
for image in $images; do
  if [[ $'\n'$used$'\n' == *$'\n'"$image"$'\n'* ]]; then continue; fi
  read -r tagged tags <<<"$(docker image inspect --format "${fk_open}.Metadata.LastTagTime.Unix${fk_close} ${fk_open}range .RepoTags${fk_close}${fk_open}.${fk_close} ${fk_open}end${fk_close}" "$image")"
  keep=no
  for tag in $tags; do
    if [[ $'\n'$named$'\n' == *$'\n'"$tag"$'\n'* ]]; then keep=yes; fi
  done
  if [[ $keep == yes || ! $tagged =~ ^-?[0-9]+$ ]] || ((now - tagged < seconds)); then continue; fi
  # By its tags: an image with several can't be removed by its id alone.
  # shellcheck disable=SC2086 # tags hold no spaces
  if docker image rm ${tags:-$image}; then
    json_string "${tags%% *}"
    removed+=("$REPLY")
  fi
done
date +%s | replace_file "$fk_state/pruned" 0600 0:0
json_list "${removed[@]}"
done_with "{\"removed\":$REPLY}"
