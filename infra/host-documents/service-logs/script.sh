# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Bounded, so that it fits into SSM's answer; tokens by their form are starred out, for logs are written by others.

read -r word service lines _ <<<"$fk_request"
[[ $word == service ]] || fail BadRequest "service-logs wants one service"
decoded "$service"
service=$REPLY
decoded "$lines"
lines=$REPLY
[[ $service =~ ^[a-z0-9][a-z0-9_-]{0,62}$ ]] || fail BadRequest "not a service's name: $service"
[[ $lines =~ ^([1-9][0-9]?|[1-4][0-9][0-9]|500)$ ]] || fail BadRequest "from 1 to 500 lines"
fk_docker_answers || fail DockerNotRunning "Docker does not answer on this host"
id=$(docker ps --all --no-trunc --quiet --filter "label=com.docker.compose.project=$fk_project" --filter "label=com.docker.compose.service=$service" | head -n 1)
[[ -n $id ]] || fail NoSuchService "the service $service has no container"

text=$(docker logs --timestamps --tail "$lines" "$id" 2>&1 | cut -c 1-2000 |
  sed -E 's/gl(pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas)-[A-Za-z0-9_.-]{8,}/gl\1-***/g; s/GR1348941[A-Za-z0-9_-]{8,}/GR1348941***/g; s/(AKIA|ASIA)[A-Z0-9]{16}/\1***/g; s/((password|token|secret)["'"'"']?[=:] *["'"'"']?)[^"'"'"' ,}]+/\1***/gI')
cut=false
# Half as many as long as it would be cut on its way; base64 adds a third.
while packed=$(printf '%s' "$text" | gzip -9n | base64 -w 0) && ((${#packed} > 20000)); do
  count=$(wc -l <<<"$text")
  text=$(tail -n $((count / 2 > 0 ? count / 2 : 1)) <<<"$text" | tail -c $((${#text} / 2)))
  cut=true
done
result=()
while IFS= read -r line; do
  json_string "$line"
  result+=("$REPLY")
done <<<"$text"
json_list "${result[@]}"
done_with "{\"lines\":$REPLY,\"cut\":$cut}"
