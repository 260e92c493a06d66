# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# For what the manager reads at its start only. Asked again and again until no job was left. Whatever comes of the file, the
# manager is started again: with the file as it was, if the new one is refused.

fence
need_python
read -r _ _ wait _ <<<"$fk_request"
decoded "${wait:--}"
wait=$REPLY
[[ $wait =~ ^[0-9]{1,3}$ ]] || fail BadRequest "restart-runner wants seconds to wait, at most 999"
[[ -f $fk_stack/docker-compose.yaml ]] || fail NoComposeFile "there is no $fk_stack/docker-compose.yaml"
drain_manager "$wait"
if [[ $drained == false ]]; then done_with "{\"drained\":false,\"jobs\":$jobs}"; fi
ask_runner write
compose up --detach --no-deps --no-build "$fk_runner" || fail ComposeFailed "docker compose up failed; $fk_log on the host has the reason"
if [[ -f $fk_work/failure.json ]]; then answer_runner; fi
done_with '{"drained":true,"jobs":0}'
